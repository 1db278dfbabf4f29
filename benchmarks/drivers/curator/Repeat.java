import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class Repeat {
  interface Step {
    void run() throws Exception;
  }

  private static final int MOST_LATENCIES = 20_000;

  private Repeat() {}

  /** Does it one after the other until the time is over, and at least once. */
  static long repeat(long budgetMs, Step once) throws Exception {
    return repeat(budgetMs, once, null);
  }

  /** The same; adds the latencies in milliseconds to the list. */
  static long repeat(long budgetMs, Step once, List<Double> latencies) throws Exception {
    long begun = System.nanoTime();
    long until = begun + budgetMs * 1_000_000;
    long operations = 0;
    do {
      once.run();
      operations++;
      long ended = System.nanoTime();
      if (latencies != null && latencies.size() < MOST_LATENCIES) {
        latencies.add((ended - begun) / 1e6);
      }
      begun = ended;
    } while (begun < until);
    return operations;
  }

  /** Runs each in a thread of its own, and returns the sum of what they return. */
  static long inThreads(List<Callable<Long>> functions) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(functions.size());
    try {
      List<Future<Long>> results = new ArrayList<>(threads.invokeAll(functions));
      long sum = 0;
      for (Future<Long> result : results) {
        sum += result.get();
      }
      return sum;
    } finally {
      threads.shutdown();
    }
  }
}
