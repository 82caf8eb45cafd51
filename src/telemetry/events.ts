/** Everything that the workers log: one function per event, with its fields. docs/operating.md lists them. */

export * from "./events/backups";
export * from "./events/deliveries";
export * from "./events/requests";
export * from "./events/sweeps";
export { placeOf } from "./log";
