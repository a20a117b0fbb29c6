/** Listens for signals, and heeds none: for tests of the second one. @module */
import { listenForSignals } from "../../cli/interrupt.ts";
import { print } from "../../cli/print/output.ts";

using interrupt = listenForSignals();
interrupt.asked.addEventListener("abort", () => print("asked\n"));
print("ready\n");
setInterval(() => {}, 1000);
await new Promise(() => {});
