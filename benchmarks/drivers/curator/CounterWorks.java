import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.retry.RetryNTimes;

final class CounterWorks {
  private CounterWorks() {}

  static Work add(Setting setting) throws Exception {
    // Soon again, and for as long as it takes: this is what makes Curator fastest under contention.
    RetryNTimes patience = new RetryNTimes(1_000_000, 1);
    DistributedAtomicLong counter =
        new DistributedAtomicLong(setting.connect(), setting.path + "/counter", patience);
    Repeat.Step addition = () -> {
      if (!counter.increment().succeeded()) {
        throw new IllegalStateException("Curator's increment did not succeed");
      }
    };
    return budgetMs -> {
      List<Double> latencies = Collections.synchronizedList(new ArrayList<>());
      List<Callable<Long>> threads =
          Collections.nCopies(setting.threads(), () -> Repeat.repeat(budgetMs, addition, latencies));
      return Map.of("operations", Repeat.inThreads(threads), "latenciesMs", latencies);
    };
  }
}
