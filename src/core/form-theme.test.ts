import { describe, expect, it } from "vitest";
import { LOGO_BYTES_MAX, readLogo, SiteSchema, ThemeSchema } from "./form-theme";

const PNG = "\x89PNG\r\n\x1a\n";
const data = (type: string, binary: string) => `data:image/${type};base64,${btoa(binary)}`;

describe("a logo", () => {
  it.each([
    ["png", `${PNG}rest`],
    ["jpeg", "\xff\xd8\xff\xe0"],
    ["webp", "RIFF\0\0\0\0WEBPVP8 "],
    ["svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ["svg+xml", '\xef\xbb\xbf<?xml version="1.0"?><svg/>'],
    ["png", PNG.padEnd(LOGO_BYTES_MAX, "x")],
  ])("is taken as %s", (type, binary) => {
    const logo = readLogo(data(type, binary));
    expect(logo?.type).toBe(`image/${type}`);
    expect(logo?.bytes.length).toBe(binary.length);
    expect(ThemeSchema.safeParse({ logo: { image: data(type, binary), alt: "Us" } }).success).toBe(true);
  });

  it.each([
    ["another type", data("gif", "GIF89a")],
    ["a page", `data:text/html;base64,${btoa("<svg>")}`],
    ["a page that says it is a picture", data("png", "<html>")],
    ["a page that says it is a drawing", data("svg+xml", "<html><svg>")],
    ["one that is too large", data("png", PNG.padEnd(LOGO_BYTES_MAX + 1, "x"))],
    ["an address", "https://example.org/logo.png"],
    ["text that is no base64", "data:image/png;base64,????"],
    ["text that is cut off", data("png", `${PNG}rest`).slice(0, -2)],
    ["percent-encoding", "data:image/svg+xml,%3Csvg/%3E"],
    ["more parameters", `data:image/svg+xml;charset=utf8;base64,${btoa("<svg>")}`],
  ])("is refused: %s", (_what, image) => {
    expect(readLogo(image)).toBeNull();
    const [issue] = ThemeSchema.safeParse({ logo: { image, alt: "Us" } }).error?.issues ?? [];
    expect(issue).toMatchObject({ path: ["logo", "image"], message: expect.stringContaining("at most 12 KB") });
  });

  it("says what it shows", () => {
    expect(ThemeSchema.safeParse({ logo: { image: data("png", PNG) } }).success).toBe(false);
  });
});

it.each([
  ["#0b6b5d", true],
  ["#FFFFFF", true],
  ["0b6b5d", false],
  ["#fff", false],
  ["red", false],
  ["#0b6b5d;}", false],
])("the colour %s: %j", (color, taken) => {
  expect(ThemeSchema.safeParse({ color }).success).toBe(taken);
});

it.each([
  ["https://example.org", true],
  ["https://forms.example.org:8443", true],
  ["https://*.example.org", true],
  ["http://localhost:3000", true],
  ["http://127.0.0.1:3000", true],
  ["http://example.org", false],
  ["https://example.org/", false],
  ["https://example.org/page", false],
  ["https://*", false],
  ["https://*.org; script-src *", false],
  ["*", false],
  ["'self'", false],
  ["https://example", false],
  ["https://ex ample.org", false],
])("%s as a site that embeds: %j", (site, taken) => {
  expect(SiteSchema.safeParse(site).success).toBe(taken);
});
