/** The providers that the API knows, without their schemas: a running operator does without zod (docs/performance.md). */
export const providerNames: readonly string[] = ["keyfactorCommand", "azureKeyVault", "kubernetes", "filesystem"];
