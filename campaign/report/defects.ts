/** What the campaign has found in zookit, the test that shows it now at the lowest level, and what was wrong. */
export const DEFECTS: readonly { readonly what: string; readonly test: string }[] = [
  {
    what:
      "A member of a party was lost for good although nobody else had its identifier. Its session was over by its own " +
      "deadline, two elections gave that session its whole time again at the servers, and the member, who was joining " +
      "again, took its own old znode for another's after one and a half session timeouts.",
    test: "test/simulation/party.test.ts",
  },
];
