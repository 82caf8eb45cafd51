/** An installation that was restored goes on: what was delivered before the backup is not delivered again. */
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { Env } from "../../src/context";
import { parseResponseId } from "../../src/core/ids";
import { drain } from "../../src/dispatch/drain";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { listParked, retryParked } from "../../src/services/deliveries";
import { editResponse } from "../../src/services/edit";
import { submitBatch } from "../../src/services/submit-batch";
import { sweepCursors } from "../../src/store/cursors";
import { openShards } from "../../src/store/shards";
import { createBackups, createRestore, empty, prepareOthers, TARGET } from "../support/backup";
import { onlyOnOneShard } from "../support/shards";
import { createWorld } from "../support/world";

onlyOnOneShard("a cursor and its deliveries are written by hand").it(
  "a sweep delivers nothing twice; what was behind, parked or in doubt goes on, under the same ids",
  async () => {
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    await prepareOthers();
    await empty(TARGET);
    const clock = { now: Date.now() };
    const receiver = createReceiver({ now: () => clock.now });
    const definition = { title: "W", questions: [{ ref: "name", type: "short_text" as const, title: "Name" }] };
    const fetch = (request: Request) => receiver.fetch(request);
    const url = "https://receiver.formlog-tests.io/hook";
    const world = await createWorld({ kind: webhook, config: { url }, definition, fetch, settings: {}, clock });
    const people = (...names: string[]) => names.map((name) => ({ name }));
    const named = { form: world.form, precondition: "any" as const };
    const [edited = ""] = await world.submit(...people("Asha", "Binu", "Chitra"));
    await world.run();
    await editResponse(world.ctx, world.workspace, { ...named, response: edited, answers: { name: "Edited" } });
    await world.run();
    const [givenUp = ""] = await world.submit(...people("Dev"));
    const position = parseResponseId(givenUp)?.position;
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason)
       VALUES (?, 0, ?, 'parked', 9, 1, 'it was given up')`,
      ).bind(world.no, position),
      env.DB.prepare("UPDATE cursors SET position = ?2, high = ?2 WHERE integration = ?1").bind(world.no, position),
    ]);
    const page = { ...world.named, limit: 10 };
    const parked = await listParked(world.ctx, world.workspace, page);
    await world.submit(...people("Esha"));
    const before = receiver.received.length;

    const backups = createBackups();
    backups.clock.now = clock.now;
    const backup = await backups.make(openShards(env as Env));
    const restore = createRestore({ backup });
    await restore.finish();

    // The old installation is gone; the new one's sweeper rings.
    const ctx = { ...restore.ctx(), now: () => clock.now };
    const sweepAll = async () => {
      for (let i = 0; i < 20; i += 1) {
        clock.now += 3_000;
        // The form goes on in a new segment, which may lie on the other shard.
        for (const { no, db } of TARGET.all) {
          for (const one of await sweepCursors(db, no, clock.now, 100)) {
            await drain(world.engine({ shards: TARGET }), one);
          }
        }
      }
    };
    await sweepAll();
    const names = () => receiver.received.slice(before).map(({ body }) => JSON.parse(body).data.response.answers.name);
    expect(names()).toEqual(["Esha"]);
    expect(await listParked(ctx, world.workspace, page)).toEqual(parked);
    await retryParked(ctx, world.workspace, world.named);
    const reader = { languages: [], origin: "http://formlog.test" };
    const items = [{ answers: { name: "Farid" } }];
    const [result] = await submitBatch(ctx, { form: world.form, key: null, items, reader });
    await sweepAll();
    expect(names().toSorted()).toEqual(["Dev", "Esha", "Farid"]);
    const id = result && "receipt" in result ? result.receipt.id : "";
    expect(parseResponseId(id)?.position).toBeGreaterThan(parseResponseId(edited)?.position ?? 0);
  },
);
