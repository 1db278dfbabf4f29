/** The ways to a ZooKeeper, in the order in which the harness tries them. */
const waysToAZooKeeper = `Ways to give the tests and the demo a ZooKeeper, in the order in which they are tried:
  1. ZOOKIT_TEST_HOSTS=host:port[,host:port…]  an ensemble that already runs (its servers cannot be killed or frozen)
  2. a Docker engine                           image ZOOKIT_TEST_IMAGE, by default zookeeper:3.9
  3. ZOOKEEPER_HOME=/path/to/apache-zookeeper  an unpacked release, and Java; or Debian's package "zookeeper"
ZOOKIT_TEST_BACKEND=hosts|docker|local forces one of them.`;

/** The harness could not do what was asked; never a finding about the code under test. */
export class HarnessError extends Error {
  override readonly name: string = "HarnessError";
}

/** No ZooKeeper was found, or not the one that was asked for: says what was tried, and names the ways. */
export class NoZooKeeperError extends HarnessError {
  override readonly name = "NoZooKeeperError";

  constructor(problem: string, options?: ErrorOptions) {
    super(`${problem}\n${waysToAZooKeeper}`, options);
  }
}
