/** What the campaign has found in zookit, the test that shows it now at the lowest level, and what was wrong. */
export const DEFECTS: readonly { readonly what: string; readonly test: string }[] = [
  {
    what:
      "A member of a party was lost for good, and another could not join again after it had left, although nobody else had " +
      "its identifier. Its session was over by its own deadline, two elections gave that session its whole time again at " +
      "the servers, and after one and a half session timeouts its old znode was taken for another's. A client now knows the " +
      "sessions that were its own, and waits for their end.",
    test: "test/simulation/party.test.ts",
  },
  {
    what:
      "A member that left while it was joining again, or gave joining up, and joined anew was refused as a duplicate of " +
      "itself: the create that it had given up was applied, and not yet taken back. What is being taken back is now waited for.",
    test: "test/simulation/party.test.ts",
  },
  {
    what:
      "An addition to a counter was reported as unknown although it could be known. Its process had stood still for seconds, " +
      "more than 64 writes followed, and the note of 64 writers counted as lost, although it had room or still had older ones.",
    test: "packages/counter/src/record.test.ts",
  },
];
