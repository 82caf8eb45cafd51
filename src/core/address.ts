/** What stands for one sender in a count of requests. Pure. */

/**
 * The network of a client's address: an IPv4 address itself, of IPv6 the /64, because one line has all of that (RFC
 * 6177, RFC 4291 section 2.5.1). Null for no address, and for this machine's own, which no client at the edge ever has.
 */
export function networkOf(address: string | null | undefined): string | null {
  const text =
    address
      ?.trim()
      .toLowerCase()
      .replace(/^::ffff:(?=\d+\.)/, "") ?? "";
  if (text === "" || text === "::1" || /^127\./.test(text)) return null;
  if (!text.includes(":")) return text;
  const [front = "", back] = text.split("::");
  const groups = (part: string) => part.split(":").filter((group) => group !== "");
  const [head, tail] = [groups(front), groups(back ?? "")];
  // Only the first four groups count, so an IPv4 tail, which fills two, need not be taken apart.
  const gap = back === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  const first = [...head, ...gap, ...tail].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${first.join(":")}::/64`;
}
