import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.cache.NodeCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.SharedCountListener;
import org.apache.curator.framework.recipes.shared.SharedCountReader;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/**
 * Curator's recipes, each with several clients, against whatever ZooKeeper it is given: CuratorRecipes HOSTS PATH. Prints a
 * JSON line {"check", "ok", "detail", "seconds"} for each check, and ends with status 1 if one has failed.
 */
public final class CuratorRecipes {
  private static final int LIMIT_SECONDS = 15;
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private final List<CuratorFramework> clients = new ArrayList<>();
  private final String root;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private boolean failed;

  private CuratorRecipes(String hosts, String root) throws InterruptedException {
    this.root = root;
    for (int i = 0; i < 3; i++) {
      CuratorFramework client = CuratorFrameworkFactory.builder()
          .connectString(hosts)
          .sessionTimeoutMs(4_000)
          .connectionTimeoutMs(LIMIT_SECONDS * 1_000)
          .retryPolicy(new ExponentialBackoffRetry(100, 10))
          .build();
      client.start();
      clients.add(client);
    }
    for (CuratorFramework client : clients) {
      if (!client.blockUntilConnected(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no connection to " + hosts);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    CuratorRecipes recipes = new CuratorRecipes(args[0], args[1]);
    recipes.run();
    for (CuratorFramework client : recipes.clients) {
      client.close();
    }
    Runtime.getRuntime().halt(recipes.failed ? 1 : 0);
  }

  private void run() {
    check("mutex", this::mutex);
    check("mutexExcludes", this::mutexExcludes);
    check("mutexTimesOut", this::mutexTimesOut);
    check("readWriteLock", this::readWriteLock);
    check("multiLock", this::multiLock);
    check("semaphore", this::semaphore);
    check("leaderLatch", this::leaderLatch);
    check("leaderSelector", this::leaderSelector);
    check("groupMember", this::groupMember);
    check("atomicLong", this::atomicLong);
    check("sharedCount", this::sharedCount);
    check("barrier", this::barrier);
    check("doubleBarrier", this::doubleBarrier);
    check("persistentNode", this::persistentNode);
    check("caches", this::caches);
    check("transaction", this::transaction);
  }

  private void mutex(String path) throws Exception {
    InterProcessMutex first = new InterProcessMutex(client(0), path);
    InterProcessMutex second = new InterProcessMutex(client(1), path);
    first.acquire();
    Future<?> waiting = threads.submit(() -> acquireAndRelease(second));
    waitFor(() -> first.getParticipantNodes().size() == 2);
    expect(waiting.isDone(), false);
    first.release();
    waiting.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    expect(first.getParticipantNodes().size(), 0);
  }

  private Void acquireAndRelease(InterProcessMutex mutex) throws Exception {
    mutex.acquire();
    mutex.release();
    return null;
  }

  private void mutexExcludes(String path) throws Exception {
    int[] total = {0};
    inParallel(index -> {
      InterProcessMutex mutex = new InterProcessMutex(client(index), path);
      for (int round = 0; round < 10; round++) {
        mutex.acquire();
        int seen = total[0];
        // A look at the server in between gives the others time to do wrong.
        client(index).checkExists().forPath(path);
        total[0] = seen + 1;
        mutex.release();
      }
    });
    expect(total[0], 30);
  }

  private void mutexTimesOut(String path) throws Exception {
    InterProcessMutex first = new InterProcessMutex(client(0), path);
    first.acquire();
    expect(new InterProcessMutex(client(1), path).acquire(200, TimeUnit.MILLISECONDS), false);
    expect(client(2).getChildren().forPath(path).size(), 1);
    first.release();
  }

  private void readWriteLock(String path) throws Exception {
    InterProcessReadWriteLock first = new InterProcessReadWriteLock(client(0), path);
    InterProcessReadWriteLock second = new InterProcessReadWriteLock(client(1), path);
    InterProcessReadWriteLock third = new InterProcessReadWriteLock(client(2), path);
    first.readLock().acquire();
    second.readLock().acquire();
    expect(third.writeLock().acquire(200, TimeUnit.MILLISECONDS), false);
    first.readLock().release();
    second.readLock().release();
    expect(third.writeLock().acquire(LIMIT_SECONDS, TimeUnit.SECONDS), true);
    third.writeLock().release();
  }

  private void multiLock(String path) throws Exception {
    List<String> paths = List.of(path + "/a", path + "/b");
    InterProcessMultiLock first = new InterProcessMultiLock(client(0), paths);
    InterProcessMultiLock second = new InterProcessMultiLock(client(1), paths);
    first.acquire();
    expect(second.acquire(200, TimeUnit.MILLISECONDS), false);
    first.release();
    expect(second.acquire(LIMIT_SECONDS, TimeUnit.SECONDS), true);
    second.release();
  }

  private void semaphore(String path) throws Exception {
    List<InterProcessSemaphoreV2> semaphores = new ArrayList<>();
    for (CuratorFramework client : clients) {
      semaphores.add(new InterProcessSemaphoreV2(client, path, 2));
    }
    Lease first = semaphores.get(0).acquire();
    Lease second = semaphores.get(1).acquire();
    expect(semaphores.get(2).acquire(200, TimeUnit.MILLISECONDS), null);
    semaphores.get(0).returnLease(first);
    Lease third = semaphores.get(2).acquire(LIMIT_SECONDS, TimeUnit.SECONDS);
    expect(semaphores.get(0).getParticipantNodes().size(), 2);
    semaphores.get(1).returnLease(second);
    semaphores.get(2).returnLease(third);
  }

  private void leaderLatch(String path) throws Exception {
    List<LeaderLatch> latches = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      latches.add(new LeaderLatch(client(i), path, "latch-" + i));
      latches.get(i).start();
    }
    while (!latches.isEmpty()) {
      waitFor(() -> latches.stream().filter(LeaderLatch::hasLeadership).count() == 1);
      LeaderLatch leader = latches.stream().filter(LeaderLatch::hasLeadership).findFirst().orElseThrow();
      waitFor(() -> leader.getLeader().getId().equals(leader.getId()));
      expect(leader.getParticipants().size(), latches.size());
      leader.close();
      latches.remove(leader);
    }
  }

  private void leaderSelector(String path) throws Exception {
    List<String> leaders = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(3);
    List<LeaderSelector> selectors = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      String id = "selector-" + i;
      LeaderSelector selector = new LeaderSelector(client(i), path, new LeaderSelectorListenerAdapter() {
        @Override
        public void takeLeadership(CuratorFramework client) {
          leaders.add(id);
          done.countDown();
        }
      });
      selector.setId(id);
      selector.start();
      selectors.add(selector);
    }
    expect(done.await(LIMIT_SECONDS, TimeUnit.SECONDS), true);
    Collections.sort(leaders);
    expect(leaders, List.of("selector-0", "selector-1", "selector-2"));
    selectors.forEach(LeaderSelector::close);
  }

  private void groupMember(String path) throws Exception {
    GroupMember first = new GroupMember(client(0), path, "first", "one".getBytes(StandardCharsets.UTF_8));
    GroupMember second = new GroupMember(client(1), path, "second", "two".getBytes(StandardCharsets.UTF_8));
    first.start();
    second.start();
    waitFor(() -> first.getCurrentMembers().size() == 2 && second.getCurrentMembers().size() == 2);
    expect(new String(first.getCurrentMembers().get("second"), StandardCharsets.UTF_8), "two");
    second.close();
    waitFor(() -> first.getCurrentMembers().size() == 1);
    first.close();
  }

  private void atomicLong(String path) throws Exception {
    inParallel(index -> {
      DistributedAtomicLong counter = new DistributedAtomicLong(client(index), path, new RetryNTimes(1_000, 2));
      for (int round = 0; round < 15; round++) {
        AtomicValue<Long> added = counter.add(2L);
        expect(added.succeeded(), true);
        expect(added.postValue() - added.preValue(), 2L);
        expect(counter.decrement().succeeded(), true);
      }
    });
    expect(new DistributedAtomicLong(client(0), path, new RetryNTimes(0, 0)).get().postValue(), 45L);
  }

  private void sharedCount(String path) throws Exception {
    SharedCount first = new SharedCount(client(0), path, 7);
    SharedCount second = new SharedCount(client(1), path, 9);
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    first.start();
    second.start();
    second.addListener(new SharedCountListener() {
      @Override
      public void countHasChanged(SharedCountReader counter, int count) {
        seen.add(count);
      }

      @Override
      public void stateChanged(CuratorFramework client, ConnectionState state) {
        // The connection stays as it is.
      }
    });
    expect(second.getCount(), 7);
    expect(first.trySetCount(first.getVersionedValue(), 8), true);
    waitFor(() -> seen.contains(8));
    second.setCount(10);
    waitFor(() -> first.getCount() == 10);
    first.close();
    second.close();
  }

  private void barrier(String path) throws Exception {
    DistributedBarrier barrier = new DistributedBarrier(client(0), path);
    barrier.setBarrier();
    expect(new DistributedBarrier(client(1), path).waitOnBarrier(200, TimeUnit.MILLISECONDS), false);
    AtomicInteger passed = new AtomicInteger();
    inParallel(index -> {
      if (index == 0) {
        expect(passed.get(), 0);
        barrier.removeBarrier();
      } else {
        expect(new DistributedBarrier(client(index), path).waitOnBarrier(LIMIT_SECONDS, TimeUnit.SECONDS), true);
        passed.incrementAndGet();
      }
    });
    expect(passed.get(), 2);
  }

  private void doubleBarrier(String path) throws Exception {
    AtomicInteger entered = new AtomicInteger();
    inParallel(index -> {
      DistributedDoubleBarrier barrier = new DistributedDoubleBarrier(client(index), path, clients.size());
      expect(barrier.enter(LIMIT_SECONDS, TimeUnit.SECONDS), true);
      entered.incrementAndGet();
      waitFor(() -> entered.get() == clients.size());
      expect(barrier.leave(LIMIT_SECONDS, TimeUnit.SECONDS), true);
    });
    expect(client(0).getChildren().forPath(path).size(), 0);
  }

  private void persistentNode(String path) throws Exception {
    PersistentNode node = new PersistentNode(client(0), CreateMode.EPHEMERAL, false, path, new byte[] {1});
    node.start();
    expect(node.waitForInitialCreate(LIMIT_SECONDS, TimeUnit.SECONDS), true);
    client(1).delete().forPath(path);
    waitFor(() -> client(1).checkExists().forPath(path) != null);
    node.close();
  }

  @SuppressWarnings("deprecation")
  private void caches(String path) throws Exception {
    try (NodeCache node = new NodeCache(client(0), path + "/node");
        PathChildrenCache children = new PathChildrenCache(client(0), path, true)) {
      children.start(PathChildrenCache.StartMode.BUILD_INITIAL_CACHE);
      node.start(true);
      client(1).create().forPath(path + "/node", new byte[] {1});
      waitFor(() -> node.getCurrentData() != null && children.getCurrentData().size() == 1);
      client(1).setData().forPath(path + "/node", new byte[] {2});
      waitFor(() -> node.getCurrentData().getData()[0] == 2 && children.getCurrentData().get(0).getData()[0] == 2);
      client(1).delete().forPath(path + "/node");
      waitFor(() -> node.getCurrentData() == null && children.getCurrentData().isEmpty());
    }
  }

  private void transaction(String path) throws Exception {
    CuratorFramework client = client(0);
    Collection<CuratorTransactionResult> results = client.transaction().forOperations(
        client.transactionOp().create().forPath(path, new byte[] {1}),
        client.transactionOp().check().withVersion(0).forPath(path),
        client.transactionOp().setData().withVersion(0).forPath(path, new byte[] {2}));
    expect(results.size(), 3);
    try {
      client.transaction().forOperations(
          client.transactionOp().delete().forPath(path),
          client.transactionOp().setData().forPath(path, new byte[] {3}));
      throw new AssertionError("applied, although the second half is impossible");
    } catch (KeeperException.NoNodeException error) {
      expect((int) client(1).getData().forPath(path)[0], 2);
    }
  }

  private CuratorFramework client(int index) {
    return clients.get(index);
  }

  @FunctionalInterface
  private interface Check {
    void run(String path) throws Exception;
  }

  @FunctionalInterface
  private interface Work {
    void run(int index) throws Exception;
  }

  private void check(String name, Check run) {
    long start = System.nanoTime();
    ObjectNode line = new ObjectMapper().createObjectNode().put("check", name);
    try {
      run.run(root + "/" + name);
      line.put("ok", true).putNull("detail");
    } catch (Exception | AssertionError error) {
      failed = true;
      line.put("ok", false).put("detail", error + " " + List.of(error.getStackTrace()) + " " + error.getCause());
    }
    OUT.println(line.put("seconds", (System.nanoTime() - start) / 1e9));
  }

  /** Runs the work once for each client, each in a thread of its own; raises what any of them raises. */
  private void inParallel(Work work) throws Exception {
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      int index = i;
      futures.add(threads.submit(() -> {
        work.run(index);
        return null;
      }));
    }
    for (Future<?> future : futures) {
      future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void waitFor(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not true within " + LIMIT_SECONDS + " s");
      }
      Thread.sleep(5);
    }
  }

  private static void expect(Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(actual + ", but " + expected + " was expected");
    }
  }
}
