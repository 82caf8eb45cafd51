/** A time as the page says it. Pure. */
import type { FormSettings } from "../../core/form-settings";

/** On the clock of the form's opening hours, where it has some; the text says which clock it is of. */
export function sayTime(at: Date, tag: string, { openingHours }: FormSettings): string {
  const clock = new Intl.DateTimeFormat(`${tag}-u-nu-latn`, {
    year: "numeric",
    month: "long",
    day: "numeric",
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: openingHours?.timeZone ?? "UTC",
    timeZoneName: "short",
  });
  return clock.format(at);
}
