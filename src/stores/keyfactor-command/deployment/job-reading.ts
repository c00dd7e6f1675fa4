import { CommandRefusal } from "../failure.ts";

/** What is read of jobs, or that the account may not: the history of jobs is a right of its own, and often missing. */
export async function ifAllowed<T>(read: Promise<T>): Promise<T | "Denied"> {
  try {
    return await read;
  } catch (error) {
    // Some versions answer 401 to an account that is let in everywhere else.
    if (error instanceof CommandRefusal && (error.status === 403 || error.status === 401)) return "Denied";
    throw error;
  }
}
