/** Ranges of IP addresses that are not the public internet (IANA's special-purpose registries, RFC 6890), as data. */

const IPV4: readonly (readonly [cidr: string, name: string])[] = [
  ["0.0.0.0/8", "an address of this network"],
  ["10.0.0.0/8", "a private address"],
  ["100.64.0.0/10", "an address behind carrier-grade NAT"],
  ["127.0.0.0/8", "a loopback address"],
  ["169.254.0.0/16", "a link-local address"],
  ["172.16.0.0/12", "a private address"],
  ["192.0.0.0/24", "an address of IETF protocols"],
  ["192.0.2.0/24", "a documentation address"],
  ["192.88.99.0/24", "a 6to4 relay"],
  ["192.168.0.0/16", "a private address"],
  ["198.18.0.0/15", "an address for benchmarks"],
  ["198.51.100.0/24", "a documentation address"],
  ["203.0.113.0/24", "a documentation address"],
  ["224.0.0.0/4", "a multicast address"],
  ["240.0.0.0/4", "a reserved address"],
];

const IPV6: readonly (readonly [cidr: string, name: string])[] = [
  ["::1/128", "a loopback address"],
  ["::/128", "the unspecified address"],
  ["::ffff:0:0/96", "an IPv4 address written as IPv6"],
  ["::/96", "an IPv4 address written as IPv6"],
  ["64:ff9b::/96", "a NAT64 address"],
  ["64:ff9b:1::/48", "a NAT64 address"],
  ["100::/64", "a discard address"],
  ["2001::/32", "a Teredo address"],
  ["2001:db8::/32", "a documentation address"],
  ["2001::/23", "an address of IETF protocols"],
  ["2002::/16", "a 6to4 address"],
  ["3fff::/20", "a documentation address"],
  ["5f00::/16", "a segment-routing address"],
  ["fc00::/7", "a unique local address"],
  ["fe80::/10", "a link-local address"],
  ["fec0::/10", "a site-local address"],
  ["ff00::/8", "a multicast address"],
];

/**
 * What an address is when it is special, as `a private address`; `public`; null: no IP address. IPv6 without its
 * brackets.
 */
export function describeAddress(host: string): string | null {
  const bits = host.includes(":") ? parseIpv6(host) : parseIpv4(host);
  if (bits === null) return null;
  const [table, width] = host.includes(":") ? ([RANGES6, 128n] as const) : ([RANGES4, 32n] as const);
  return table.find(({ base, length }) => bits >> (width - length) === base >> (width - length))?.name ?? "public";
}

interface Range {
  readonly base: bigint;
  readonly length: bigint;
  readonly name: string;
}

function readRanges(
  table: readonly (readonly [string, string])[],
  parse: (address: string) => bigint | null,
): readonly Range[] {
  return table.map(([cidr, name]) => {
    const [address = "", length = ""] = cidr.split("/");
    return { base: parse(address) ?? 0n, length: BigInt(length), name };
  });
}

/** Four decimal numbers, as URL() writes every spelling of an IPv4 address. */
function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | null {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  if (!before || !after) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** 16 bits each; the last one may be an IPv4 address, which is two. */
function groupsOf(text: string): bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  for (const part of text.split(":")) {
    const ipv4 = part.includes(".") ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(ipv4 >> 16n, ipv4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}

const RANGES4 = readRanges(IPV4, parseIpv4);
const RANGES6 = readRanges(IPV6, parseIpv6);
