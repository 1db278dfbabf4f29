/**
 * What scheme `ip` takes: an IPv4 address, perhaps with the number of bits that count. ZooKeeper has no patterns for
 * IPv6, so a client that has connected through it matches none. @see ZooKeeper's IPAuthenticationProvider
 */
interface AddressPattern {
  readonly address: number;
  readonly bits: number;
}

const ADDRESS_BITS = 32;

export function isAddressPattern(text: string): boolean {
  return parsePattern(text) !== undefined;
}

export function matchesAddress(address: string, pattern: string): boolean {
  const parsed = parsePattern(pattern);
  const actual = parseAddress(address);
  if (parsed === undefined || actual === undefined) return false;
  // A shift by 32 would be one by 0.
  return parsed.bits === 0 || (parsed.address ^ actual) >>> (ADDRESS_BITS - parsed.bits) === 0;
}

function parsePattern(text: string): AddressPattern | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const bits = slash < 0 ? ADDRESS_BITS : parseUpTo(ADDRESS_BITS, text.slice(slash + 1));
  return address === undefined || bits === undefined ? undefined : { address, bits };
}

function parseAddress(text: string): number | undefined {
  const parts = text.split(".").map((part) => parseUpTo(0xff, part));
  if (parts.length !== ADDRESS_BITS / 8) return undefined;
  return parts.reduce((address, part) =>
    address === undefined || part === undefined ? undefined : (address << 8) | part,
  );
}

/** As Java reads integers: with a sign, and with zeros in front. */
function parseUpTo(limit: number, text: string): number | undefined {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= limit ? value : undefined;
}
