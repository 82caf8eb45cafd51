/**
 * Forms for the tests and the pictures: one page with every kind of control, and one of several pages in several
 * languages.
 */

export const VISIT = {
  title: "Farm visit, kharif season",
  description: "For field staff of the Tungabhadra programme. Takes about four minutes.",
  questions: [
    { ref: "name", type: "short_text", title: "Farmer's name", required: true },
    {
      ref: "phone",
      type: "phone_number",
      title: "Mobile number",
      description: "We send the receipt to this number.",
      required: true,
    },
    { ref: "email", type: "email", title: "E-mail address" },
    { ref: "about", type: "statement", title: "The field", description: "About the largest field of this farm." },
    { ref: "acres", type: "number", title: "Area in acres", min: 0.1, max: 500, required: true },
    {
      ref: "crop",
      type: "single_choice",
      title: "Main crop",
      required: true,
      choices: [
        { id: "paddy", label: "Paddy" },
        { id: "maize", label: "Maize" },
        { id: "cotton", label: "Cotton" },
        { id: "other", label: "Something else" },
      ],
    },
    {
      ref: "water",
      type: "multiple_choice",
      title: "Where does the water come from?",
      description: "Pick all that apply.",
      choices: [
        { id: "rain", label: "Rain" },
        { id: "canal", label: "Canal" },
        { id: "borewell", label: "Borewell" },
      ],
    },
    {
      ref: "district",
      type: "dropdown",
      title: "District",
      choices: [
        { id: "ballari", label: "Ballari" },
        { id: "koppal", label: "Koppal" },
      ],
    },
    { ref: "loan", type: "yes_no", title: "Is there a loan on the crop?" },
    { ref: "yield", type: "opinion_scale", title: "How does this season's harvest look?", required: true },
    { ref: "advice", type: "rating", title: "How useful was our advice?" },
    { ref: "visited", type: "date", title: "Day of the visit" },
    { ref: "next", type: "datetime", title: "Next visit" },
    { ref: "place", type: "location", title: "Where is the field?" },
    { ref: "notes", type: "long_text", title: "Anything else?", maxLength: 2000 },
  ],
} as const;

/** Four pages, one of them for some people only. */
export const LOAN = {
  title: "Loan for a women's group",
  description: "Four short pages. You can stop and go on later on this device.",
  language: "en",
  questions: [
    {
      ref: "group",
      type: "short_text",
      title: "Name of the group",
      required: true,
      maxLength: 80,
      page: { title: "The group", description: "As it stands in its bank book." },
    },
    { ref: "members", type: "integer", title: "Members", min: 2, max: 50, required: true },
    {
      ref: "had",
      type: "yes_no",
      title: "Has the group had a loan before?",
      required: true,
      page: { title: "Earlier loans" },
    },
    { ref: "bank", type: "short_text", title: "From which bank?", visibleIf: "had", required: true },
    { ref: "late", type: "yes_no", title: "Was a payment ever late?", visibleIf: "had" },
    {
      ref: "why",
      type: "long_text",
      title: "What happened?",
      visibleIf: "late",
      page: { title: "Late payments", description: "This page is only for groups that paid late." },
    },
    {
      ref: "amount",
      type: "number",
      title: "Amount in rupees",
      min: 1000,
      max: 1000000,
      required: true,
      page: { title: "The new loan" },
    },
    { ref: "months", type: "integer", title: "Months to pay it back", min: 1, max: 60, required: true },
    { ref: "monthly", type: "number", title: "Each month", calculated: "amount / months", shown: true },
    { ref: "reason", type: "short_text", title: "Why so long?", requiredIf: "months > 36" },
  ],
  translations: {
    hi: {
      title: "महिला समूह के लिए ऋण",
      description: "चार छोटे पृष्ठ। आप रुक सकते हैं और इसी डिवाइस पर बाद में आगे भर सकते हैं।",
      questions: {
        group: { title: "समूह का नाम", page: { title: "समूह", description: "जैसा बैंक की किताब में लिखा है।" } },
        members: { title: "सदस्य" },
        had: { title: "क्या समूह ने पहले ऋण लिया है?", page: { title: "पहले के ऋण" } },
        bank: { title: "किस बैंक से?" },
        late: { title: "क्या कभी किस्त देर से दी गई?" },
        why: { title: "क्या हुआ था?", page: { title: "देर से दी गई किस्तें" } },
        amount: { title: "रकम रुपये में", page: { title: "नया ऋण" } },
        months: { title: "कितने महीनों में लौटाएँगे" },
        monthly: { title: "हर महीने" },
        reason: { title: "इतना समय क्यों?" },
      },
    },
    ur: {
      title: "خواتین کے گروپ کے لیے قرض",
      description: "چار مختصر صفحات۔ آپ رک سکتے ہیں اور اسی ڈیوائس پر بعد میں جاری رکھ سکتے ہیں۔",
      questions: {
        group: { title: "گروپ کا نام", page: { title: "گروپ", description: "جیسا بینک کی کتاب میں لکھا ہے۔" } },
        members: { title: "ارکان" },
        had: { title: "کیا گروپ نے پہلے قرض لیا ہے؟", page: { title: "پہلے کے قرض" } },
        bank: { title: "کس بینک سے؟" },
        late: { title: "کیا کبھی قسط دیر سے دی گئی؟" },
        why: { title: "کیا ہوا تھا؟", page: { title: "دیر سے دی گئی قسطیں" } },
        amount: { title: "رقم روپے میں", page: { title: "نیا قرض" } },
        months: { title: "کتنے مہینوں میں واپس کریں گے" },
        monthly: { title: "ہر مہینے" },
        reason: { title: "اتنا وقت کیوں؟" },
      },
    },
  },
} as const;

/** A drop, in white on purple: a logo of 200 bytes. */
const DROP = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="9 2 130 44"><style>text{font:700 20px sans-serif;fill:#6b2fa0}</style><path d="M24 4c8 11 14 18 14 26a14 14 0 0 1-28 0c0-8 6-15 14-26z" fill="#6b2fa0"/><text x="50" y="31">Jaldhara</text></svg>`;

export const THEME = {
  color: "#6b2fa0",
  logo: { image: `data:image/svg+xml;base64,${btoa(DROP)}`, alt: "Jaldhara" },
};
