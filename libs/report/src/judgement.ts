/** What is said of an attribute. Evidence null: nothing was found that it could rest on. */
export interface Judgement { readonly claim: string; readonly evidence: string | null }
