/** Addresses in a configuration. @module */
import { assertEquals } from "@std/assert";
import {
  isAddress,
  isLoopback,
  parseEndpoint,
} from "../../src/config/endpoint.ts";

for (
  const [text, expected] of [
    ["localhost:80", { host: "localhost", port: 80 }],
    ["127.0.0.1:65535", { host: "127.0.0.1", port: 65535 }],
    ["[::1]:9000", { host: "::1", port: 9000 }],
    ["a.b-c_d:1", { host: "a.b-c_d", port: 1 }],
    ["host", null],
    ["host:", null],
    [":80", null],
    ["host:0", null],
    ["host:65536", null],
    ["host:1e3", null],
    ["host:-1", null],
    ["::1:80", null],
    ["[host]:80", null],
    ["[::1]", null],
    ["http://a:80", null],
    ["a b:80", null],
    ["a:80\n", null],
  ] as const
) {
  Deno.test(`parseEndpoint() reads ${JSON.stringify(text)}`, () => {
    assertEquals(parseEndpoint(text), expected);
  });
}

for (
  const [host, expected] of [
    ["localhost", true],
    ["127.0.0.1", true],
    ["127.255.0.9", true],
    ["::1", true],
    ["127.0.0.256", false],
    ["127.0.0.1.nip.io", false],
    ["localhost.evil.com", false],
    ["0.0.0.0", false],
    ["::ffff:10.0.0.1", false],
    ["10.0.0.1", false],
  ] as const
) {
  Deno.test(`isLoopback() says ${expected} of ${host}`, () => {
    assertEquals(isLoopback(host), expected);
  });
}

for (
  const [text, expected] of [
    ["https://a", true],
    ["https://a.b:9000/c?d=e#f", true],
    ["https://[::1]:1/", true],
    ["http://a", false],
    ["ftp://a", false],
    ["javascript:alert(1)", false],
    ["data:text/plain,a", false],
    ["//a", false],
    ["", false],
    ["https://", false],
    ["https://me@a", false],
    ["https://me:secret@a", false],
    ["https://:secret@a", false],
    ["https://a/\n", false],
    [" https://a", false],
    ["https://a/\u001b[31m", false],
    ["https://a/\u202e", false],
  ] as const
) {
  Deno.test(`isAddress() says ${expected} of ${JSON.stringify(text)}`, () => {
    assertEquals(isAddress(text, "https:"), expected);
  });
}
