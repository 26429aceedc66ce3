/**
 * The shape a translation of `Source` must have: the same keys with other words. Plural forms the language does not know
 * (`…_one` in Japanese) may be left out; a missing or a surplus key is a type error.
 */
export type TranslationOf<Source> = {
  readonly [Key in keyof Source as Key extends `${string}_one` ? never : Key]: Source[Key] extends string ? string : TranslationOf<Source[Key]>;
};
