package dev.echelon.bench;

import java.util.Locale;
import java.util.stream.IntStream;

/** {@code bench/cache}: the response cache under Zipf's law, and what a hit costs. */
final class CacheBench {

    private static final long SEED = 42;

    private CacheBench() {}

    public static void main(String[] arguments) throws Exception {
        double s = Double.parseDouble(System.getProperty("s", "1.1"));
        int prompts = Integer.getInteger("prompts", 10_000);
        int entries = Integer.getInteger("entries", 1_000);
        Zipf zipf = new Zipf(prompts, s, SEED);
        int[] requests = IntStream.range(0, Integer.getInteger("requests", 1_000_000))
                .map(i -> zipf.next())
                .toArray();
        System.out.printf(
                Locale.ROOT,
                "Zipf s = %.2f, %,d prompts, %,d entries, %,d requests, from empty%n",
                s,
                prompts,
                entries,
                requests.length);
        print("Belady, who knows the future", HitRates.clairvoyant(requests, entries));
        print("the most frequent prompts, kept from the start", HitRates.mostFrequent(requests, entries));
        print("  the same by probability", zipf.shareOf(entries));
        print("the response cache", HitRates.ours(requests, prompts, entries));
        print("least recently used", HitRates.leastRecentlyUsed(requests, entries));
        System.out.println();
        new HitCost(Integer.getInteger("hits", 100_000)).run();
    }

    private static void print(String name, double rate) {
        System.out.printf(Locale.ROOT, "%-58s %9.2f %%%n", name, 100 * rate);
    }
}
