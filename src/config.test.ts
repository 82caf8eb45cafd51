import { expect, it } from "vitest";
import { readConfig } from "./config";

it("lists every bad variable in one message and repeats no value", () => {
  const bad = {
    FORMLOG_ROOT_KEY: "short-secret",
    PUBLIC_URL: "nonsense",
    GOOGLE_SERVICE_ACCOUNT: "{oops",
    TWILIO_LOOK_SECONDS: "soon",
  };
  expect(() => readConfig(bad)).toThrow(/FORMLOG_ROOT_KEY.*PUBLIC_URL.*GOOGLE_SERVICE_ACCOUNT.*TWILIO_LOOK_SECONDS/s);
  for (const value of Object.values(bad)) expect(() => readConfig(bad)).not.toThrow(value);
});

it("takes an empty environment, ignores what it does not know, and cuts trailing slashes", () => {
  expect(readConfig({ PATH: "/bin", PUBLIC_URL: "" })).toMatchObject({ rootKey: null, keyRing: null, publicUrl: null });
  expect(readConfig({ PUBLIC_URL: "https://forms.example.org//" }).publicUrl).toBe("https://forms.example.org");
});
