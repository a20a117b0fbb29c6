/** What `social` looks like. @module */
import { byId, count, list, members, real, type Shape, text } from "./shape.ts";

const closest = (what: string) => ({
  ...list(what, text("Id")),
  maxItems: 3,
});

/** The channel `social`. */
export const SOCIAL: Shape = members("Who likes whom", {
  ties: byId(
    "Ties by owner; who has none is absent",
    byId(
      "Ties of a resident, by the other",
      members("A tie", {
        t: real("Trust", -1, 1),
        f: real("Familiarity", -1, 1),
        r: real("Rivalry", 0, 1),
      }),
    ),
  ),
  churn: members("Ties that ended lately, counted by window", {
    window_start: count("First tick of the window"),
    window_end: count("First tick after it"),
    total: count("Ties that ended"),
    owners: byId("The same by owner", count("Ties", 1)),
    reasons: byId("The same by reason", count("Ties", 1)),
  }),
  top: byId(
    "Who is closest to whom; who has neither friends nor rivals is absent",
    members("The closest of a resident", {
      friends: closest("At most three, by trust and familiarity"),
      rivals: closest("At most three, by rivalry"),
    }),
  ),
});
