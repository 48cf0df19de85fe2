package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Asked;
import dev.echelon.domain.WalkWorld.Reply;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for every plan, whatever its instances do. */
class WalkPropertiesTest {

    private static final FailureKind[] KINDS = {
        FailureKind.RATE_LIMIT,
        FailureKind.QUOTA,
        FailureKind.AUTH,
        FailureKind.TIMEOUT,
        FailureKind.NETWORK_ERROR,
        FailureKind.SERVER_ERROR,
        FailureKind.BAD_RESPONSE,
        FailureKind.CONTEXT_LENGTH
    };

    @Property(tries = 1500)
    void anyWalkEndsWithinItsBounds(@ForAll long seed) {
        WalkWorld world = anyWorld(new Random(seed));
        long start = world.now;
        List<String> log = world.run();

        long end = start + world.deadline.toNanos();
        Map<String, Integer> visits = new HashMap<>();
        int returns = 0;
        int reconnects = 0;
        int probes = 0;
        for (Asked it : world.asked) {
            Step.Attempt attempt = it.attempt();
            assertThat(it.startedAt() + attempt.queueNanos() + attempt.timeoutNanos())
                    .as("ends before the deadline: %s", log)
                    .isLessThanOrEqualTo(end);
            assertThat(attempt.timeoutNanos()).isGreaterThanOrEqualTo(Walk.SHORTEST_ATTEMPT.toNanos());
            if (!it.sent()) {
                continue;
            }
            String id = attempt.candidate().instance().id();
            switch (attempt.entry()) {
                case RETURN -> returns++;
                case RECONNECT -> reconnects++;
                case PROBE -> probes++;
                case FIRST -> assertThat(visits).as("first means first").doesNotContainKey(id);
                case HEDGE -> throw new AssertionError("nobody hedges here");
            }
            if (attempt.entry() != Step.Entry.RECONNECT) {
                int most = world.plan().tiers().get(attempt.tier()).maxInstanceAttempts();
                assertThat(visits.merge(id, 1, Integer::sum)).as(id).isLessThanOrEqualTo(most);
            }
        }
        assertThat(returns).isLessThanOrEqualTo(world.rules.maxReturns());
        assertThat(reconnects).isLessThanOrEqualTo(3);
        assertThat(probes).isLessThanOrEqualTo(1);
        assertThat(world.ledger().attempts())
                .isLessThanOrEqualTo(world.plan().candidates().size() + returns + reconnects);
    }

    @Property(tries = 500)
    void firstTriesGoDownTheTiers(@ForAll long seed) {
        Random random = new Random(seed);
        WalkWorld world = new WalkWorld();
        List<String> models = fill(world, random);
        models.forEach(model -> world.always(FailureKind.SERVER_ERROR, model));
        world.run();

        List<Integer> tiers = new ArrayList<>();
        world.asked.forEach(it -> tiers.add(it.attempt().tier()));
        assertThat(tiers).isSorted().hasSize(models.size());
    }

    @Property(tries = 500)
    void theSameSeedAndStatesReplayToTheSameChoices(@ForAll long seed) {
        WalkWorld one = anyWorld(new Random(seed));
        WalkWorld other = anyWorld(new Random(seed));

        assertThat(one.run()).isEqualTo(other.run());
        assertThat(one.now).isEqualTo(other.now);
    }

    @Property(tries = 500)
    void aTraceReplaysToTheSameChoices(@ForAll long seed) {
        WalkWorld world = anyWorld(new Random(seed));
        List<String> log = world.run();

        WalkWorld again = anyWorld(new Random(seed)).replaying(world.trace);
        assertThat(again.run()).isEqualTo(log);
        assertThat(again.trace.entries()).isEqualTo(world.trace.entries());
    }

    @Property(tries = 1000)
    void theOneLivingInstanceIsFound(@ForAll long seed, @ForAll @IntRange(max = 1000) int who) {
        Random random = new Random(seed);
        WalkWorld world = new WalkWorld();
        List<String> models = fill(world, random);
        String living = models.get(who % models.size());
        for (String model : models) {
            if (model.equals(living)) {
                continue;
            }
            world.always(model, WalkWorld.failing(KINDS[random.nextInt(KINDS.length - 1)]));
            if (random.nextInt(4) == 0) {
                world.blocked(model, anyObstacle(random));
            }
        }

        List<String> log = world.run();
        assertThat(log.get(log.size() - 1)).as("%s", log).startsWith(living);
    }

    @Property(tries = 200)
    void theFirstPickCostsTheSameInAPlanOfAnySize(@ForAll @IntRange(min = 2, max = 40) int size) {
        CountingStates states = new CountingStates();
        List<Plan.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < size * 50; i++) {
            candidates.add(new Plan.Candidate(Spec.of("m" + i).in("g.e" + i), List.of()));
        }
        Plan plan = new Plan("p", List.of(new Plan.Tier("p", "p", candidates, Strategies.roundRobin(), 2)));
        Walk walk = new Walk(new WalkWorld().rules);
        for (int i = 0; i < 10; i++) {
            Ledger ledger = new Ledger(0, 120_000_000_000L, i, java.util.Set.of(), null);
            assertThat(walk.next(plan, ledger, states, 0, (who, why, wait) -> {}))
                    .isInstanceOf(Step.Attempt.class);
        }

        assertThat(states.looks).isLessThanOrEqualTo(10 * 6);
    }

    private static WalkWorld anyWorld(Random random) {
        WalkWorld world = new WalkWorld();
        world.seed = random.nextLong();
        world.deadline = Duration.ofMillis(200 + random.nextInt(60_000));
        List<String> models = fill(world, random);
        for (String model : models) {
            int replies = random.nextInt(4);
            for (int i = 0; i < replies; i++) {
                world.next(model, anyReply(random));
            }
            world.always(model, random.nextInt(6) == 0 ? WalkWorld.fine() : anyReply(random));
            if (random.nextInt(3) == 0) {
                Obstacle obstacle = anyObstacle(random);
                if (random.nextBoolean()) {
                    world.condition(model, obstacle, Duration.ofMillis(1 + random.nextInt(30_000)));
                } else {
                    world.blocked(model, obstacle == Obstacle.RPM ? Obstacle.CONCURRENCY : obstacle);
                }
                if (obstacle == Obstacle.BREAKER_OPEN && random.nextBoolean()) {
                    world.probeable(model);
                }
            } else if (random.nextInt(4) == 0) {
                world.share(model, 0.1 + random.nextDouble() * 0.9);
            }
            if (random.nextInt(4) == 0) {
                world.refuses(model, random.nextInt(5));
            }
            if (random.nextInt(4) == 0) {
                world.running(model, random.nextInt(100), random.nextInt(10));
            }
        }
        return world;
    }

    private static Obstacle anyObstacle(Random random) {
        List<Obstacle> obstacles = List.copyOf(EnumSet.complementOf(EnumSet.of(Obstacle.NONE)));
        return obstacles.get(random.nextInt(obstacles.size()));
    }

    private static Reply anyReply(Random random) {
        if (random.nextInt(5) == 0) {
            return WalkWorld.stale();
        }
        ModelFailure failure = ModelFailure.of(KINDS[random.nextInt(KINDS.length)], "");
        if (random.nextInt(3) == 0) {
            // not 0, which a trace does not tell from none
            failure = failure.withRetryAfter(Duration.ofMillis(1 + random.nextInt(5_000)));
        }
        return new Reply(failure, false, Duration.ofMillis(random.nextInt(20_000)));
    }

    private static List<String> fill(WalkWorld world, Random random) {
        List<String> models = new ArrayList<>();
        int tiers = 1 + random.nextInt(4);
        for (int tier = 0; tier < tiers; tier++) {
            List<Instance> instances = new ArrayList<>();
            int size = 1 + random.nextInt(4);
            for (int i = 0; i < size; i++) {
                String model = "m" + models.size();
                models.add(model);
                instances.add(Spec.of(model)
                        .retries(random.nextInt(4))
                        .delay(Duration.ofMillis(random.nextInt(1_500)))
                        .timeout(Duration.ofMillis(500 + random.nextInt(20_000)))
                        .window(1_000 * (1 + random.nextInt(3)))
                        .in("g.e" + (random.nextBoolean() ? tier : tier * 10 + i)));
            }
            world.tier(1 + random.nextInt(3), instances);
        }
        return models;
    }

    private static final class CountingStates extends AllReady {

        private int looks;

        @Override
        public Condition condition(Instance instance, long now) {
            looks++;
            return super.condition(instance, now);
        }
    }
}
