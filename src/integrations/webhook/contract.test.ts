import { describeContract, type FaultName } from "../../../test/contracts/integration.case";
import { createReceiver, type FaultInput } from "./emulator";
import { webhook } from "./index";

const FAULTS: Record<FaultName, FaultInput> = {
  rate_limit: { mode: "rate_limit" },
  error_before: { mode: "error_before" },
  error_after: { mode: "error_after" },
  drop_after: { mode: "drop_after" },
  outage: { mode: "outage" },
  refuse_credentials: { mode: "gone" },
};

describeContract({
  kind: webhook,
  config: {
    url: "https://receiver.contract.io/hook",
    headers: { "X-Tenant": "tenant-Secretsson" },
    events: ["response.created", "response.updated", "response.erased"],
  },
  definition: {
    title: "Contract",
    questions: [{ ref: "name", type: "long_text", title: "Name" }],
  },
  answers: (n) => ({ name: `Person Secretsson ${n}` }),
  // Sent a few at a time.
  ordered: false,
  secretWords: ["Secretsson", "whsec_", "whsk_", "on demand"],
  // Larger than this receiver takes.
  refused: { name: "bad ".repeat(1_000) },
  provider(clock) {
    const receiver = createReceiver({ now: () => clock.now, maxBytes: 2_000 });
    return {
      fetch: receiver.fetch,
      settings: {},
      // A receiver takes an event whose webhook-id it has as done.
      effects: () =>
        [...new Map(receiver.received.map(({ id, body }) => [id, body])).values()].map(
          (body) => JSON.parse(body).data.response.id,
        ),
      fail: (fault, times) => void receiver.faults.push({ ...FAULTS[fault], ...(times !== undefined && { times }) }),
      heal: () => void receiver.faults.splice(0),
    };
  },
});
