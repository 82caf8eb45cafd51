import { expect, it } from "vitest";
import { readConfig } from "./config";
import { UrlSetting } from "./core/setting";
import { catalog } from "./integrations/kinds";

it("lists every bad variable in one message and repeats no value", () => {
  const bad = {
    FORMLOG_ROOT_KEY: "short-secret",
    PUBLIC_URL: "nonsense",
    GOOGLE_SERVICE_ACCOUNT: "{oops",
    TWILIO_LOOK_SECONDS: "soon",
  };
  expect(() => readConfig(bad, catalog)).toThrow(
    /FORMLOG_ROOT_KEY.*PUBLIC_URL.*GOOGLE_SERVICE_ACCOUNT.*TWILIO_LOOK_SECONDS/s,
  );
  for (const value of Object.values(bad)) expect(() => readConfig(bad, catalog)).not.toThrow(value);
});

it("takes an empty environment, ignores what it does not know, and cuts trailing slashes", () => {
  const empty = { rootKey: null, keyRing: null, publicUrl: null, settings: {} };
  expect(readConfig({ PATH: "/bin", PUBLIC_URL: "" }, catalog)).toMatchObject(empty);
  expect(readConfig({ PUBLIC_URL: "https://forms.example.org//" }, []).publicUrl).toBe("https://forms.example.org");
});

it("reads the variables that the kinds declare, and no others", () => {
  const settings = { CLINIC_URL: { schema: UrlSetting, about: "another clinic" } };
  const env = { CLINIC_URL: "https://clinic.example/", GOOGLE_SHEETS_URL: "not looked at" };
  expect(readConfig(env, [{ settings }]).settings).toEqual({ CLINIC_URL: "https://clinic.example" });
  expect(() => readConfig({ CLINIC_URL: "here" }, [{ settings }])).toThrow("CLINIC_URL must be an http(s) URL");
});
