import { describe, expect, it } from "vitest";
import { describeAddress } from "./ranges";
import { refuseTarget } from "./ssrf";

const rules = { allowLocal: false, publicUrl: "https://forms.formlog-tests.io" };
const local = { ...rules, allowLocal: true, publicUrl: "http://localhost:8787" };

const REFUSED = [
  // Not https, not a web address.
  "http://example.com/hook",
  "ftp://example.com/hook",
  "file:///etc/passwd",
  "gopher://example.com",
  "javascript:alert(1)",
  "example.com/hook",
  "",
  "https://",
  // Ports of other services.
  "https://example.com:22/",
  "https://example.com:25/",
  "https://example.com:6379/",
  "https://example.com:80/",
  // What a person does not see.
  "https://user@example.com/",
  "https://user:secret@example.com/",
  "https://example.com@127.0.0.1/",
  "https://example.com/#fragment",
  // This machine, in every spelling.
  "https://localhost/",
  "https://LOCALHOST./",
  "https://api.localhost/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://2130706433/",
  "https://0x7f.0.0.1/",
  "https://0x7f000001/",
  "https://0177.0.0.1/",
  "https://127.0.0.1./",
  "https://0.0.0.0/",
  "https://０.0.0.0/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://①②⑦.⓪.⓪.①/",
  // Clouds' metadata.
  "https://169.254.169.254/latest/meta-data/",
  "https://[fd00:ec2::254]/latest/meta-data/",
  "https://metadata.google.internal/",
  "https://100.100.100.200/",
  // Private networks.
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://198.18.0.1/",
  "https://[fc00::1]/",
  "https://[fd12:3456:789a::1]/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b:1::a00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2002:a00:1::1]/",
  "https://[2001:0:7f00:1::]/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  // Public addresses have names.
  "https://8.8.8.8/",
  "https://[2606:4700::1111]/",
  // Names that lead inwards, or anywhere.
  "https://intranet/",
  "https://router.local/",
  "https://db.internal/",
  "https://nas.home.arpa/",
  "https://server.lan/",
  "https://1.0.0.127.in-addr.arpa/",
  "https://abcdefghijklmnop.onion/",
  "https://receiver.test/",
  "https://127.0.0.1.nip.io/",
  "https://app.localtest.me/",
  // Ourselves.
  "https://forms.formlog-tests.io/v1/forms/f/responses",
  "https://FORMS.formlog-tests.io./v1/forms/f/responses",
];

describe("addresses that no webhook goes to", () => {
  it("are more than forty", () => expect(REFUSED.length).toBeGreaterThan(40));

  it.each(REFUSED)("%s", (address) => {
    expect(refuseTarget(address, rules)).toMatch(/^(Take|The|This)\b.*\.$/);
  });
});

it.each([
  "https://example.com/hook",
  "https://hooks.example.co.in/a?b=c",
  "https://example.com:443/",
  "https://example.com:8443/hook",
  "https://xn--bcher-kva.example.com/",
  "https://internal.example.com/",
  "https://10.example.com/",
])("%s is allowed", (address) => {
  expect(refuseTarget(address, rules)).toBeNull();
});

describe("with FORMLOG_WEBHOOK_ALLOW_LOCAL=1", () => {
  it("this machine is allowed, by any port, over http too", () => {
    for (const address of ["http://127.0.0.1:8790/", "http://localhost:3000/x", "https://[::1]:9000/"]) {
      expect(refuseTarget(address, local), address).toBeNull();
      expect(refuseTarget(address, rules), address).not.toBeNull();
    }
  });

  it("nothing else is, and not Formlog itself", () => {
    for (const address of [
      "http://example.com/",
      "http://10.0.0.1/",
      "https://169.254.169.254/",
      "https://[::ffff:10.0.0.1]/",
      "ftp://localhost/",
      "http://localhost:8787/v1/forms/f/responses",
    ]) {
      expect(refuseTarget(address, local), address).not.toBeNull();
    }
  });
});

it("knows the edges of the ranges", () => {
  const edges: [string, string][] = [
    ["9.255.255.255", "public"],
    ["10.0.0.0", "a private address"],
    ["10.255.255.255", "a private address"],
    ["11.0.0.0", "public"],
    ["100.63.255.255", "public"],
    ["100.127.255.255", "an address behind carrier-grade NAT"],
    ["172.15.255.255", "public"],
    ["172.32.0.0", "public"],
    ["::2", "an IPv4 address written as IPv6"],
    ["fbff::", "public"],
    ["fdff:ffff::", "a unique local address"],
    ["febf::1", "a link-local address"],
    ["2001:db7::", "public"],
    ["2003::1", "public"],
  ];
  expect(edges.map(([address]) => [address, describeAddress(address)])).toEqual(edges);
  for (const none of ["example.com", "1.2.3", "1.2.3.256", "::1::", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"]) {
    expect(describeAddress(none), none).toBeNull();
  }
});
