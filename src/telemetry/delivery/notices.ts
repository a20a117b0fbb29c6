/** What people are told of a delivery, each thing once. @module */
import type { Transport } from "../../config/transport.ts";
import { CERTIFICATE_SOON_MS } from "../../security/certificates.ts";
import { counter, readText, stateOf, type Status, word } from "./status.ts";

/** Tells what changed. */
export class Notices {
  readonly #transport: Transport;
  readonly #onLog: (level: "info" | "warn" | "error", text: string) => void;
  #connects = 0;
  #failures = 0;
  #isFailing = false;
  #gaveUp = false;
  #expires = 0;
  #invalid = "";

  /** @param onLog is told */
  constructor(
    transport: Transport,
    onLog: (level: "info" | "warn" | "error", text: string) => void,
  ) {
    this.#transport = transport;
    this.#onLog = onLog;
  }

  /** Looks at what a worker says of itself. */
  read(status: Status): void {
    // Who has read enough of standard output may go without ado.
    if (word(status, "unread") !== 0) return;
    const connects = counter(status, "connects");
    if (connects > this.#connects) this.#connected(status, connects);
    const failures = counter(status, "sendFailures");
    if (failures > this.#failures) {
      this.#failures = failures;
      this.#fails(readText(status, "error"));
    } else if (this.#isFailing && counter(status, "failuresInARow") === 0) {
      this.#isFailing = false;
      this.#onLog("info", `${this.#what} goes on`);
    }
    if (stateOf(status) === "failed" && !this.#gaveUp) {
      this.#gaveUp = true;
      this.#failed(`it gave up: ${readText(status, "error")}`);
    }
    if (counter(status, "validateFailures") === 0) return;
    const invalid = readText(status, "invalid");
    if (invalid !== "" && invalid !== this.#invalid) {
      this.#invalid = invalid;
      this.#onLog("warn", `${this.#what} breaks its schema: ${invalid}`);
    }
  }

  /** Tells that a worker was given up. */
  replaced(isLast: boolean, fault: string): void {
    if (isLast) this.#failed(`its worker failed too often: ${fault}`);
    else {
      this.#onLog(
        "warn",
        `${this.#what} has a new worker, the one before failed: ${fault}`,
      );
    }
  }

  #connected(status: Status, connects: number): void {
    this.#connects = connects;
    const transport = this.#transport;
    if (transport.type === "tcp" && !transport.tls.enabled) {
      this.#onLog(
        "warn",
        `telemetry.plaintext: frames go to ${transport.endpoint} unencrypted`,
      );
    }
    const expires = counter(status, "certExpiresMs");
    if (
      expires === this.#expires || expires - Date.now() > CERTIFICATE_SOON_MS
    ) return;
    this.#expires = expires;
    this.#onLog(
      "warn",
      `telemetry_cert_expiring: the certificate of ${
        placeOf(transport)
      } ends on ${new Date(expires).toISOString().slice(0, 10)}`,
    );
  }

  #fails(error: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#onLog("warn", `${this.#what} failed and is tried again: ${error}`);
  }

  #failed(why: string): void {
    this.#onLog("error", `telemetry_transport_failed: ${this.#what}: ${why}`);
  }

  get #what(): string {
    return `telemetry to ${placeOf(this.#transport)}`;
  }
}

/** Where a transport leads, for people. */
export function placeOf(transport: Transport): string {
  if ("endpoint" in transport) return transport.endpoint;
  return "file_path" in transport ? transport.file_path : "standard output";
}
