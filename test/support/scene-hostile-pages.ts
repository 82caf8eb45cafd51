/**
 * The addresses of the console's pages, of a scene whose every text is hostile: each shows such a text, or has one in
 * its address.
 */
import { HOSTILE, HOSTILE_TEXT } from "./hostile";

/** Ids of what they show. */
export interface HostileIds {
  readonly form: string;
  readonly response: string;
  readonly key: string;
  readonly link: string;
  readonly connection: string;
  /** Of the lexicon. */
  readonly entry: string;
  readonly integration: string;
  /** A delivery of it that is parked. */
  readonly parked: string;
}

const hostile = encodeURIComponent(HOSTILE_TEXT.slice(0, 200));

export const hostilePages = (ids: HostileIds): string[] => [
  ...ofWorkspace(ids),
  ...ofForm(ids),
  ...ofResponses(ids),
  ...ofIndexes(ids),
  ...ofIntegration(ids),
  ...EDITOR.map((page) => `/console/forms/${ids.form}/${page}`),
];

const ofWorkspace = ({ key, connection, entry }: HostileIds): string[] => [
  "/console/forms",
  "/console/forms/new",
  `/console/forms?search=${hostile}`,
  "/console/keys",
  `/console/keys/new?name=${hostile}&until=${hostile}&form=${hostile}`,
  `/console/keys/${key}/revoke`,
  "/console/connections",
  "/console/connections/new",
  "/console/connections/new/webhook",
  ...["", "/edit", "/rotate", "/delete"].map((page) => `/console/connections/${connection}${page}`),
  "/console/audit",
  `/console/audit?actor=${hostile}&object=${hostile}&action=${hostile}&from=${hostile}`,
  "/console/log",
  `/console/log?form=${hostile}&level=${hostile}&event=${hostile}&cursor=${hostile}`,
  "/console/alerts",
  "/console/alerts/new?type=email",
  "/console/lexicon",
  `/console/lexicon?term=${hostile}&language=${hostile}&city=${hostile}&where=${hostile}&cursor=${hostile}`,
  `/console/lexicon/new?term=${hostile}&meaning=${hostile}&variants=${hostile}&back=${hostile}`,
  "/console/lexicon/import",
  `/console/lexicon/${entry}`,
  `/console/lexicon/${entry}/delete`,
  "/console/integrations",
  `/console/${hostile}`,
  `/console/sign-in?next=${hostile}&over=${hostile}`,
];

const ofForm = ({ form, link }: HostileIds): string[] =>
  [
    "inbox",
    `inbox?cursor=${hostile}`,
    `export?format=${hostile}&after=${hostile}&choices=${hostile}`,
    `export/file?format=csv&after=${hostile}`,
    `links?cursor=${hostile}`,
    `links/new?name=${hostile}&until=${hostile}`,
    `links/${link}`,
    `links/${link}/revoke`,
    "robots",
    "add-integration",
    "add-integration/slang",
    "integrations",
  ].map((page) => `/console/forms/${form}/${page}`);

function ofResponses({ form, response }: HostileIds): string[] {
  const table = `/console/forms/${form}/responses`;
  const all = [...HOSTILE.map((_, i) => `q${i}`), "pick"].join(",");
  return [
    table,
    `${table}?fields=${all}`,
    `${table}?filter%5Bq0%5D%5Beq%5D=${hostile}&review=${hostile}&since=${hostile}`,
    `${table}?filter%5B${hostile}%5D%5B${hostile}%5D=${hostile}`,
    `${table}?metadata%5B${encodeURIComponent(HOSTILE[0])}%5D%5Beq%5D=${hostile}&cursor=${hostile}&fields=${hostile}`,
    ...["", "/erase", "/edit", "/correction"].map((page) => `${table}/${response}${page}`),
    `${table}/${hostile}`,
  ];
}

const ofIndexes = ({ form }: HostileIds): string[] =>
  [
    "summary",
    "search",
    `search?q=pwned&question=${hostile}`,
    `search?q=${hostile}&filter%5Bq0%5D%5Beq%5D=${hostile}`,
    `slang?city=${hostile}&term=${hostile}&question=${hostile}`,
    "slang?term=pwned",
    "slang/discover?city=c3",
    `slang/discover?city=${hostile}`,
    `slang/apply?integration=${hostile}`,
  ].map((page) => `/console/forms/${form}/${page}`);

function ofIntegration({ form, integration, parked }: HostileIds): string[] {
  const one = `/console/forms/${form}/integrations/${integration}`;
  return [
    one,
    ...["edit", "pause", "retry", "replay", "delete", "deliveries", hostile].map((page) => `${one}/${page}`),
    `${one}/deliveries/${parked}`,
    `${one}/deliveries/${parked}/skip`,
  ];
}

/** Pages of the form editor, of the form whose draft is hostile. */
const EDITOR = [
  "edit",
  "edit/questions/q0",
  "edit/questions/pick",
  "edit/questions/q0/remove",
  "edit/questions/@22",
  "edit/rules/r",
  "edit/rules/@1",
  "edit/languages/hi",
  "edit/lists/hostile",
  "edit/json",
  "edit/preview",
  "edit/preview/form",
  "edit/publish",
  "edit/discard",
  "settings",
  "settings/duplicate",
  "share",
  "versions",
  "versions/2",
  "versions/1/put-back",
  "recheck",
];
