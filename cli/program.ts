/** How people start this program. @module */

/** What to type before a command: the program's name, or what runs its tasks. */
export const PROGRAM: string = Deno.build.standalone ? "townlet" : "deno task";
