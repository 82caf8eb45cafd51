/** Forms, versions, drafts and questions in the document. */
import * as z from "zod";
import { ACCESS } from "../../../core/form";
import { PageSchema } from "../../../core/form-pages";
import { ChoiceSchema, DefinitionSchema, QuestionSchema } from "../../../core/form-schema";
import { SettingsSchema } from "../../../core/form-settings-schema";
import { ThemeSchema } from "../../../core/form-theme";
import { MetadataSchema } from "../../../core/metadata-schema";
import { OpeningHoursSchema } from "../../../core/opening-hours-schema";
import { RuleSchema } from "../../../core/rule-schema";
import { TranslationSchema } from "../../../core/translation-schema";
import type { DraftView } from "../../../services/drafts";
import type { FormView, FormWithDefinition } from "../../../services/form-view";
import type { RecheckView } from "../../../services/rechecks";
import type { VersionDiff, VersionView } from "../../../services/versions";
import { BesideSchema, DuplicateBody, FormPatchBody } from "../../routes/forms";
import { body, listOf, Moment, shared, view } from "../components";

shared("Choice", ChoiceSchema, {
  fields: { id: "What answers hold.", label: "What people read, and what a sheet shows." },
});
shared("Metadata", MetadataSchema, { description: "Up to 50 short values of your own; nothing of ours reads them." });
shared("OpeningHours", OpeningHoursSchema, { description: "Times of the week on the clock of a place." });
shared("FormPage", PageSchema, { description: "What stands over a page of the hosted form." });
shared("Theme", ThemeSchema, {
  description: "How the hosted form looks.",
  fields: {
    color: "Of buttons, links and marks; made lighter or darker where it could not be read otherwise.",
    logo: "A picture of at most 12 KB as a data address, and what it says. Lists of forms leave it out.",
  },
});
shared("Translation", TranslationSchema, { description: "The texts of a form in another language." });
shared("Question", QuestionSchema, {
  fields: {
    ref: "Names the question in answers, expressions and templates.",
    choices: "Of `single_choice`, `multiple_choice` and `dropdown`.",
    choiceList: "The name of one of the form's choice lists, instead of choices.",
    min: "Least value of `number`, `integer` and `opinion_scale` (0 unless told).",
    max: "Greatest value of `number`, `integer`, `opinion_scale` (10 unless told) and `rating` (5 unless told).",
    minLength: "Least length of a text, in characters.",
    maxLength: "Greatest length of a text, in characters.",
    pattern: "A regular expression that the text must fit from end to end.",
    minChoices: "Of `multiple_choice`: how many must be picked.",
    maxChoices: "Of `multiple_choice`: how many may be picked.",
    visibleIf: "CEL over the other answers: whether it is asked.",
    requiredIf: "CEL over the other answers: whether it must be answered.",
    calculated: "CEL over the other answers: its answer. It is not asked.",
    shown: "Of a calculated question: the hosted form shows its answer.",
    page: "A new page of the hosted form begins with this question.",
    indexed: "Responses are filtered by it through an index: it costs the same whatever the form's size.",
  },
});
shared("Rule", RuleSchema, {
  fields: {
    severity: "`error`: a response that breaks it is refused; `flag`: it is stored with a flag.",
    expression: "CEL over the answers: what must hold.",
    message: "Said when it does not hold.",
    questions: "Refs of the questions that it concerns; those that the expression names unless told.",
  },
});

const settings = {
  opensAt: "Responses are taken from this time on.",
  closesAt: "Responses are taken until this time.",
  openingHours: "Responses are taken in these hours.",
  responsesMax: "Responses that the form takes in all; erased ones count.",
  redirectUrl: "Where the hosted form leads after a response was stored.",
  closedMessage: "Said to people who come while the form takes no responses.",
  thanksMessage: "Said to people whose response was stored.",
  theme: "How the hosted form looks.",
  embedOn: "The sites that may show the hosted form in a frame; none unless told.",
  keepTyped: "Whether the hosted form keeps what is typed on the device until it is sent; it does unless told.",
  allowedOrigins: 'Sites whose pages may send responses, as `https://example.org`; `["*"]`, all of them, unless told.',
};
const definition = {
  rules: "What must hold between the answers.",
  language: "The language that the texts are in.",
  choiceLists: "Choices that several questions share, by name.",
  translations: "The texts in other languages, by tag.",
};

const form = {
  id: z.string(),
  version: z.int().min(0).describe("The newest version, or the one that was asked for; 0: not published yet."),
  state: z.enum(["open", "closed", "draft", "archived", "deleted"]),
  access: z
    .enum(ACCESS)
    .describe("`public`: anybody may submit; `link`: by a collector link or with a key; `key`: with a key only."),
  title: z.string(),
  metadata: MetadataSchema,
  turnstile: z
    .strictObject({ siteKey: z.string() })
    .nullable()
    .describe("The widget that the hosted form shows; null: none."),
  ...SettingsSchema.shape,
  createdAt: Moment,
  updatedAt: Moment,
  eraseAt: Moment.optional().describe("Of a deleted form: until then it can be restored."),
};
const { title: _, questions, ...texts } = DefinitionSchema.shape;

/** A form in a list. */
export const FormSummary = view<FormView>()("FormSummary", z.strictObject(form), { fields: settings });

export const Recheck = view<RecheckView>()(
  "Recheck",
  z.strictObject({
    version: z.int().min(1).describe("The version whose rules are applied."),
    state: z.enum(["waiting", "running", "done"]).describe("`waiting`: it begins within two minutes."),
    askedAt: Moment,
    finishedAt: Moment.nullable(),
    responses: z.int().min(0).nullable().describe("How many are looked at in all; null while it waits."),
    checked: z.int().min(0).describe("How many of them were looked at."),
    flagged: z.int().min(0).describe("Responses that got flags by it."),
    cleared: z.int().min(0).describe("Responses that have none left by it."),
  }),
  { description: "Responses of before are looked at again by the rules of a version, up to 2,000 a minute." },
);
export const Form = view<FormWithDefinition>()(
  "Form",
  z.strictObject({
    ...form,
    ...texts,
    questions: questions.optional(),
    recheck: Recheck.optional().describe("Only where the form is read by itself: the last one that was asked for."),
  }),
  { description: "A form that is not published has no questions yet.", fields: { ...settings, ...definition } },
);
export const FormList = listOf("FormList", FormSummary);

export const VersionList = listOf(
  "VersionList",
  view<VersionView>()(
    "Version",
    z.strictObject({
      version: z.int().min(1),
      title: z.string(),
      questions: z.int().describe("How many there are."),
      createdAt: Moment,
    }),
  ),
);

const changes = z.record(z.string(), z.strictObject({ from: z.unknown().optional(), to: z.unknown().optional() }));
export const Diff = view<VersionDiff>()(
  "VersionDiff",
  z.strictObject({
    version: z.int(),
    against: z.int(),
    form: changes.describe(
      "Members of the definition itself: title, description, language, choiceLists, rules, translations.",
    ),
    added: z.array(QuestionSchema),
    removed: z.array(QuestionSchema),
    changed: z.array(z.strictObject({ ref: z.string(), changes })),
    reordered: z
      .array(z.string())
      .nullable()
      .describe("The refs that both have, in their new order; null: it is the same."),
  }),
);

export const Draft = view<DraftView>()(
  "Draft",
  z.strictObject({
    form: z.string(),
    revision: z.int().min(1).describe("Also the ETag."),
    updatedAt: Moment,
    definition: z.unknown().describe("As it was sent."),
    problems: z
      .array(
        z.strictObject({
          pointer: z.string(),
          question: z.string().optional(),
          rule: z.string().optional(),
          code: z.string(),
          detail: z.string(),
          severity: z.literal("error").optional(),
        }),
      )
      .describe("What keeps it from being published; empty: nothing."),
  }),
);

/** As the route reads it, in two parts; of a draft the definition may be anything. */
export const NewForm = body("NewForm", z.strictObject({ ...DefinitionSchema.shape, ...BesideSchema.shape }), {
  fields: {
    ...settings,
    ...definition,
    draft: "It is not published yet, and its definition may be incomplete or wrong in any way.",
  },
});
body("NewVersion", DefinitionSchema, { fields: definition });
body("FormPatch", FormPatchBody, {
  description: "What is left out stays; null takes a setting away.",
  fields: settings,
});
body("Duplicate", DuplicateBody);
export const NewDraft = body("NewDraft", z.unknown(), {
  description: "A definition that is worked on: incomplete, or wrong in any way.",
});
