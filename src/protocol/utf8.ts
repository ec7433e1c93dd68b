/** Sizes in UTF-8, counted only where the number of UTF-16 units leaves a doubt: one unit is one to three bytes. */

const encoder = new TextEncoder();

export const utf8Bytes = (text: string): number => encoder.encode(text).byteLength;

export const isLongerThan = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && utf8Bytes(text) > bytes);
