import { BlockList, isIP } from "node:net";

/** Whether a text is what scheme `ip` takes: an address, or an address with the number of bits that count. */
export function isAddressPattern(pattern: string): boolean {
  const [address = "", bits, ...rest] = pattern.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export function matchesAddress(address: string, pattern: string): boolean {
  if (!isAddressPattern(pattern)) return false;
  const [network = "", bits] = pattern.split("/");
  const family = isIP(network) === 4 ? "ipv4" : "ipv6";
  if (isIP(address) !== isIP(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  return list.check(address, family);
}
