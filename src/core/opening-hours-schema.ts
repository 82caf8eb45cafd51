/** Opening hours (opening-hours.ts), as a body has them. */
import * as z from "zod";
import { DAYS } from "./opening-hours";

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const Time = z.string().regex(TIME, "a time as 09:00");

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const TimeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, "a time zone of the IANA list, such as Asia/Kolkata");

export const OpeningHoursSchema = z
  .strictObject({
    timeZone: TimeZoneSchema,
    /** Over midnight is two entries: until 24:00, and from 00:00 of the next day. */
    hours: z
      .array(
        z.strictObject({
          days: z.array(z.enum(DAYS)).min(1).max(7),
          from: Time,
          to: z.union([Time, z.literal("24:00")]),
        }),
      )
      .min(1)
      .max(50),
  })
  .superRefine(({ hours }, ctx) => {
    for (const [i, { from, to }] of hours.entries()) {
      const message = "ends before it begins; over midnight is two entries";
      if (to <= from) ctx.addIssue({ code: "custom", path: ["hours", i, "to"], message });
    }
  });
