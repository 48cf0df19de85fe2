package dev.echelon.bench;

import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.Lane;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.store.AnswerKey;
import dev.echelon.store.CacheQuery;
import dev.echelon.store.Flight;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import dev.echelon.store.ResponseCache;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How many of a sequence of requests different caches answer, each from empty. */
final class HitRates {

    private static final Duration LONG = Duration.ofDays(1);
    private static final RouteInfo ROUTE = new RouteInfo("p", "g.e/a:m", "g.e", 1, 1, "");

    private HitRates() {}

    /** The one that serves; answers of 200 to 8,000 characters. */
    static double ours(int[] requests, int prompts, int entries) {
        ResponseCache cache =
                new ResponseCache(new ResponseCache.Bounds(entries, 64L << 20, 4L << 20), () -> 0, Optional::empty);
        CacheQuery[] queries = new CacheQuery[prompts];
        Outcome[] answers = new Outcome[prompts];
        for (int i = 0; i < prompts; i++) {
            queries[i] =
                    new CacheQuery(new AnswerKey("t", "p", Integer.toString(i)), false, Lane.INTERACTIVE, LONG, LONG);
            answers[i] = answer(200 + i * 7919 % 7_801);
        }
        AtOnce loop = new AtOnce();
        long hits = 0;
        for (int request : requests) {
            if (cache.find(queries[request]) != null) {
                hits++;
                continue;
            }
            Passenger passenger = new Passenger(loop, null, route -> route, outcome -> {});
            Flight flight = cache.enter(queries[request], loop, passenger);
            if (flight == null) {
                throw new IllegalStateException("found by the second look only");
            }
            flight.land(answers[request]);
        }
        return (double) hits / requests.length;
    }

    private static Outcome answer(int characters) {
        ChatResponse.Choice choice =
                new ChatResponse.Choice(0, JsonText.of("x".repeat(characters)), List.of(), "stop", Map.of(), Map.of());
        return new Outcome(
                new ChatResponse("id", "m", 1, List.of(choice), null, ChatRequest.OPENAI, Map.of()),
                null,
                ROUTE,
                null,
                false);
    }

    /** The most frequent prompts, kept from the start. */
    static double mostFrequent(int[] requests, int entries) {
        return (double) Arrays.stream(requests).filter(it -> it < entries).count() / requests.length;
    }

    static double leastRecentlyUsed(int[] requests, int entries) {
        Map<Integer, Boolean> cache = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                return size() > entries;
            }
        };
        long hits = 0;
        for (int request : requests) {
            hits += cache.put(request, true) == null ? 0 : 1;
        }
        return (double) hits / requests.length;
    }

    /** Belady's: knows the future, gives up what is needed last, and takes nothing that is needed later than the rest. */
    static double clairvoyant(int[] requests, int entries) {
        int[] next = new int[requests.length];
        Map<Integer, Integer> seen = new HashMap<>();
        for (int i = requests.length - 1; i >= 0; i--) {
            next[i] = seen.getOrDefault(requests[i], requests.length + i);
            seen.put(requests[i], i);
        }
        Map<Integer, Integer> neededAt = new HashMap<>();
        TreeMap<Integer, Integer> byNeed = new TreeMap<>();
        long hits = 0;
        for (int i = 0; i < requests.length; i++) {
            Integer known = neededAt.remove(requests[i]);
            if (known != null) {
                hits++;
                byNeed.remove(known);
            }
            neededAt.put(requests[i], next[i]);
            byNeed.put(next[i], requests[i]);
            if (byNeed.size() > entries) {
                neededAt.remove(byNeed.pollLastEntry().getValue());
            }
        }
        return (double) hits / requests.length;
    }

    /** Runs everything where it stands. */
    private static final class AtOnce implements Scheduler {

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            if (delayNanos <= 0) {
                task.run();
            }
            return Timer.NONE;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
