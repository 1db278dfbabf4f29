import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;

final class SemaphoreWorks {
  private SemaphoreWorks() {}

  static Work cycle(Setting setting) throws Exception {
    InterProcessSemaphoreV2 semaphore =
        new InterProcessSemaphoreV2(setting.connect(), setting.path + "/semaphore", setting.param("limit"));
    Repeat.Step once = () -> semaphore.returnLease(semaphore.acquire());
    return budgetMs -> {
      List<Double> latencies = Collections.synchronizedList(new ArrayList<>());
      List<Callable<Long>> threads =
          Collections.nCopies(setting.threads(), () -> Repeat.repeat(budgetMs, once, latencies));
      return Map.of("operations", Repeat.inThreads(threads), "latenciesMs", latencies);
    };
  }
}
