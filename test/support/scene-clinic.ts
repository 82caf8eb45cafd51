/** The form of the scene: what it asks, and what 120 people answered. */
/** What people of a clinic ask their visitors. */
export const CLINIC = {
  title: "Clinic visit, Krishna valley",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "phone", type: "phone_number", title: "Mobile number" },
    { ref: "age", type: "integer", title: "Age", min: 0, max: 130 },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      indexed: true,
      choices: [
        { id: "pune", label: "Pune" },
        { id: "satara", label: "Satara" },
        { id: "sangli", label: "Sangli" },
      ],
    },
    {
      ref: "reasons",
      type: "multiple_choice",
      title: "Why did you come?",
      choices: [
        { id: "checkup", label: "Check-up" },
        { id: "vaccination", label: "Vaccination" },
        { id: "other", label: "Something else" },
      ],
    },
    { ref: "rating", type: "rating", title: "How was it?" },
    { ref: "again", type: "yes_no", title: "Would you come again?" },
    { ref: "comment", type: "long_text", title: "Anything to add?" },
  ],
  rules: [
    {
      name: "number_in_use",
      severity: "flag",
      expression: 'phone == null || phone != "0000000000"',
      message: "Nobody has this number. Please ask for it again.",
      questions: ["phone"],
    },
  ],
};

const NAMES = [
  "Asha Kulkarni",
  "Ravi Jadhav",
  "Meera Patil",
  "Sunil Shinde",
  "Lata Pawar",
  "Imran Shaikh",
  "Kavita More",
];
const CITIES = ["pune", "satara", "sangli"];
const REASONS = [["checkup"], ["vaccination", "checkup"], ["other"]];
const COMMENTS = [
  "",
  "The queue was long, but everybody was kind.",
  "Ekdum jugaad, but it works.",
  "Please open on Sundays too.",
  "यार, फिर भी जुगाड़ है",
];
/** Words of what they answer. */
export const LEXICON = [
  { term: "jugaad", language: "hi", variants: ["जुगाड़"], meaning: "A fix with what is at hand", partOfSpeech: "noun" },
  { term: "yaar", language: "hi", variants: ["यार"], meaning: "Friend" },
  { term: "lai bhaari", language: "mr", city: "Pune", meaning: "Very good" },
  { term: "mast", language: "hi" },
];
export const INDEXES = [
  { kind: "summary", config: {} },
  { kind: "search", config: {} },
  { kind: "slang", config: { text: "comment", city: "city" } },
];

/** What 120 of them answered, on four tablets; three have a number that nobody has. */
export const CLINIC_RESPONSES = Array.from({ length: 120 }, (_, i) => ({
  answers: {
    name: NAMES[i % NAMES.length],
    phone: i % 40 === 7 ? "0000000000" : `+9198765${String(43210 + i)}`,
    age: 18 + ((i * 7) % 60),
    city: CITIES[i % 3],
    reasons: REASONS[i % 3],
    rating: 1 + ((i * 3) % 5),
    again: i % 4 !== 0,
    ...(COMMENTS[i % 5] && { comment: i % 3 === 0 ? `${COMMENTS[i % 5]} Lai bhaari!` : COMMENTS[i % 5] }),
  },
  metadata: { device: `tablet-${1 + (i % 4)}` },
}));
