const TCP_ADDRESS = /^tcp:\/\/(\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** Whether this is a host as it stands in an address: a name, an IPv4 or a bracketed IPv6 address. */
export function isTcpHost(host: string): boolean {
  return isTcpAddress(`tcp://${host}:1`) && host !== '*';
}

/** Whether this is `tcp://host:port`, with a name, an IPv4 or a bracketed IPv6 address. */
export function isTcpAddress(address: string): boolean {
  const port = TCP_ADDRESS.exec(address)?.[2];
  return port !== undefined && Number(port) <= 65_535;
}
