/** The settings of a form, part by part. */
import type { Child } from "hono/jsx";
import { DAYS } from "../../../core/opening-hours";
import { Card } from "../parts/card";
import { Input, Select, TextArea, Tick } from "../parts/controls";
import type { Inputs } from "./inputs";
import { MetadataHint } from "./question-parts";
import type { SettingsProps } from "./settings";
import { hoursOf } from "./settings-fields";

export type PartProps = SettingsProps & { readonly problem: (setting: string) => string | undefined };

export const Who = ({ inputs, problem }: PartProps) => (
  <Card title="Who may fill it in" id="who">
    <Select
      label="Takes responses"
      name="access"
      value={inputs("access")}
      options={[
        { value: "public", label: "from anybody who has its address" },
        { value: "link", label: "by collector links, or with a key" },
        { value: "key", label: "with a key only: there is no page" },
      ]}
      mistake={problem("access")}
    />
    <Input
      label="Responses in all, at most"
      name="responsesMax"
      value={inputs("responsesMax")}
      hint="Empty: as many as come."
      mistake={problem("responsesMax")}
    />
  </Card>
);

export const When = ({ form, inputs, problem }: PartProps) => (
  <Card title="When it takes responses" id="times">
    <div class="grid">
      <Input
        label="From (UTC)"
        name="opensAt"
        type="datetime-local"
        value={inputs("opensAt")}
        mistake={problem("opensAt")}
      />
      <Input
        label="Until (UTC)"
        name="closesAt"
        type="datetime-local"
        value={inputs("closesAt")}
        mistake={problem("closesAt")}
      />
    </div>
    <Input
      label="Opening hours: time zone"
      name="openingHours.timeZone"
      value={inputs("openingHours.timeZone")}
      hint="Of the place, as Asia/Kolkata. Empty, and no hours below: always open."
      mistake={problem("openingHours")}
    />
    {hoursOf(form).map((_, i) => (
      <Hours i={i} inputs={inputs} />
    ))}
  </Card>
);

const DAY_NAMES = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" } as const;

const Hours = ({ i, inputs }: { i: number; inputs: Inputs }) => {
  const at = `openingHours.${i}`;
  const days = inputs(`${at}.days`).split(" ");
  return (
    <fieldset class="field">
      <legend>{`Hours ${i + 1}`}</legend>
      <div class="days">
        {DAYS.map((day) => (
          <label class="check">
            <input type="checkbox" name={`${at}.days`} value={day} checked={days.includes(day)} />
            {DAY_NAMES[day]}
          </label>
        ))}
      </div>
      <div class="grid">
        <Input label="From" name={`${at}.from`} value={inputs(`${at}.from`)} placeholder="09:00" maxlength={5} />
        <Input label="To" name={`${at}.to`} value={inputs(`${at}.to`)} placeholder="17:00" maxlength={5} />
      </div>
    </fieldset>
  );
};

export const Says = ({ inputs, problem }: PartProps) => (
  <Card title="What it says" id="says">
    <TextArea
      label="After sending"
      name="thanksMessage"
      value={inputs("thanksMessage")}
      rows={2}
      maxlength={1_000}
      mistake={problem("thanksMessage")}
    />
    <Input
      label="Leads on to"
      name="redirectUrl"
      value={inputs("redirectUrl")}
      maxlength={2_000}
      placeholder="https://"
      hint="An address that the form leads to after sending, instead of its own page of thanks."
      mistake={problem("redirectUrl")}
    />
    <TextArea
      label="While it is closed or full"
      name="closedMessage"
      value={inputs("closedMessage")}
      rows={2}
      maxlength={1_000}
      mistake={problem("closedMessage")}
    />
  </Card>
);

export const Look = ({ inputs, problem }: PartProps) => (
  <Card title="Look" id="look">
    <Input
      label="Colour"
      name="theme.color"
      value={inputs("theme.color")}
      maxlength={7}
      placeholder="#0b6b5d"
      hint="Of buttons, links and marks. A lighter or darker one is taken where it could not be read."
      mistake={problem("theme")}
    />
    <TextArea
      label="Logo"
      name="theme.image"
      value={inputs("theme.image")}
      rows={2}
      hint={
        <>
          A PNG, JPEG, WebP or SVG of at most 12 KB, as its <code>data:</code> address.{" "}
          <span
            data-read="f_theme_image"
            data-accept="image/png,image/jpeg,image/webp,image/svg+xml"
            data-label="Choose a picture"
          />
        </>
      }
    />
    <Input
      label="What the logo says"
      name="theme.alt"
      value={inputs("theme.alt")}
      maxlength={200}
      hint="Most often a name; for those who don't see it."
    />
  </Card>
);

export const Sites = ({ inputs, problem }: PartProps) => (
  <Card title="Other sites and devices" id="sites">
    <TextArea
      label="Sites that may show the form in a frame"
      name="embedOn"
      value={inputs("embedOn")}
      rows={2}
      hint={<Example>https://example.org</Example>}
      mistake={problem("embedOn")}
    />
    <TextArea
      label="Sites whose scripts may send responses"
      name="allowedOrigins"
      value={inputs("allowedOrigins")}
      rows={2}
      hint={
        <>
          <Example>https://example.org</Example> A * is all of them.
        </>
      }
      mistake={problem("allowedOrigins")}
    />
    <Tick
      label="What is typed is kept on the device until it is sent"
      name="keepTyped"
      checked={inputs("keepTyped") === "on"}
      hint="Turn it off where many people share a device."
    />
  </Card>
);

export const ForPrograms = ({ inputs, problem }: PartProps) => (
  <Card title="For programs" id="programs">
    <TextArea
      label="Metadata"
      name="metadata"
      value={inputs("metadata")}
      rows={3}
      hint={<MetadataHint />}
      mistake={problem("metadata")}
    />
  </Card>
);

const Example = ({ children }: { children: Child }) => (
  <>
    One a line, as <code>{children}</code>.
  </>
);
