/**
 * Which addresses a webhook may go to: names of the public internet over https. Pure. A name is not resolved here: what
 * stands behind it may change between a look and the call, so the worker's flag `global_fetch_strictly_public` guards
 * the call itself.
 */
import { describeAddress } from "./ranges";

export interface TargetRules {
  /** FORMLOG_WEBHOOK_ALLOW_LOCAL=1: this machine is allowed, over http too. For development. */
  readonly allowLocal: boolean;
  /** Where this installation is reached: a form that submits to itself never ends. */
  readonly publicUrl: string | null;
}

const PORTS: ReadonlySet<string> = new Set(["", "443", "8443"]);

/**
 * Top-level names that no public DNS has, or that lead inwards (RFC 6761, RFC 6762, RFC 7686, RFC 8375, ICANN's
 * .internal).
 */
const INNER_SUFFIXES = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "arpa",
  "onion",
  "test",
  "invalid",
  "example",
];

/** Public names that answer with whatever address is asked for, this machine's above all. */
const REBINDING_SUFFIXES = ["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];

/** Why a webhook may not go to an address, as a sentence that says what to do; null: it may. */
export function refuseTarget(address: string, rules: TargetRules): string | null {
  if (!URL.canParse(address)) return "This is no address. Write it as https://example.com/hook.";
  const url = new URL(address);
  const host = hostOf(url);
  if (url.username !== "" || url.password !== "") return "Take user and password out of the address: use a header.";
  if (url.hash !== "") return "Take the part after # out of the address: it is never sent.";
  if (isOwn(url, rules.publicUrl)) return "This is Formlog's own address: a webhook to it would never end.";
  if (rules.allowLocal && isLoopback(host)) {
    return /^https?:$/.test(url.protocol) ? null : "The address must begin with https:// or http://.";
  }
  if (url.protocol !== "https:") return "The address must begin with https://.";
  if (!PORTS.has(url.port)) return "The port must be 443 or 8443.";
  return refuseHost(host);
}

function refuseHost(host: string): string | null {
  const ip = describeAddress(host.replace(/^\[|\]$/g, ""));
  if (ip !== null) {
    const what = ip === "public" ? "an IP address" : ip;
    return `The address must have the name of a host of the public internet: this is ${what}.`;
  }
  const under = (suffix: string) => host === suffix || host.endsWith(`.${suffix}`);
  if (!host.includes(".") || INNER_SUFFIXES.some(under)) {
    return "The address must have the name of a host of the public internet: this name leads into a private network.";
  }
  if (REBINDING_SUFFIXES.some(under)) {
    return "The address must have the name of a host of the public internet: this name may stand for any address.";
  }
  return null;
}

const isLoopback = (host: string): boolean =>
  host === "localhost" ||
  host.endsWith(".localhost") ||
  describeAddress(host.replace(/^\[|\]$/g, "")) === "a loopback address";

function isOwn(url: URL, publicUrl: string | null): boolean {
  if (publicUrl === null || !URL.canParse(publicUrl)) return false;
  const own = new URL(publicUrl);
  return hostOf(own) === hostOf(url) && own.port === url.port;
}

/** The name of the host, without the dot that may end it. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/\.+$/, "").toLowerCase();
