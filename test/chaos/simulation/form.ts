/** The form of simulated runs, and what the n-th person answers. */
/**
 * When every run begins, whatever time it is here: one seed is one run. Later than now, the time of what is made before
 * a run.
 */
export const START = Date.UTC(2100, 0, 1, 12);
export const definition = {
  title: "Simulation",
  questions: [
    { ref: "name", type: "short_text" as const, title: "Name" },
    { ref: "phone", type: "phone_number" as const, title: "Phone" },
  ],
  // Many come flagged, and edits flag some and mend others: rows of the same feed, which the webhook alone is told of.
  rules: [{ name: "even", severity: "flag" as const, expression: 'matches(name, "[02468]$")', message: "Odd." }],
};
export const answers = (n: number) => ({ name: `person ${n}`, phone: `+9198765${10_000 + n}` });
