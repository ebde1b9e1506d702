// What browsers and Node both have. protocol/ runs in both, so it is checked with the types of neither.

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class URL {
  constructor(address: string);
  static canParse(address: string): boolean;
  readonly origin: string;
  readonly username: string;
  readonly password: string;
}
