/** The form of the issue: savings beyond the income are flagged, a negative income is refused. */

export const RULED = {
  title: "Savings",
  language: "en",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "monthly_income", type: "number", title: "Monthly income" },
    { ref: "monthly_savings", type: "number", title: "Monthly savings" },
  ],
  rules: [
    {
      name: "savings_within_income",
      severity: "flag",
      expression: "monthly_savings <= monthly_income",
      message: "Savings are more than the income.",
    },
    {
      name: "income_not_negative",
      severity: "error",
      expression: "monthly_income >= 0",
      message: "An income is not negative.",
    },
  ],
  translations: {
    hi: { rules: { savings_within_income: "बचत आय से अधिक है।", income_not_negative: "आय ऋणात्मक नहीं होती।" } },
  },
};

export const FLAG = {
  rule: "savings_within_income",
  message: "Savings are more than the income.",
  questions: ["monthly_income", "monthly_savings"],
};

export const GOOD = { name: "Asha", monthly_income: 100, monthly_savings: 10 };
export const BROKEN = { name: "Ravi", monthly_income: 100, monthly_savings: 500 };
export const REFUSED = { name: "Mira", monthly_income: -1, monthly_savings: 0 };
