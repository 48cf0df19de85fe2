package dev.echelon.model;

import dev.echelon.domain.ChatRequest;
import java.time.Clock;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The dialects by name. A new one is a class that implements {@link Dialect} and a place in {@link #standard}. */
public final class Dialects {

    private final Map<String, Dialect> byName;

    /** @throws IllegalArgumentException when two have the same name */
    public Dialects(Collection<? extends Dialect> dialects) {
        Map<String, Dialect> map = new TreeMap<>();
        for (Dialect dialect : dialects) {
            if (map.put(dialect.name(), dialect) != null) {
                throw new IllegalArgumentException("two dialects are named " + dialect.name());
            }
        }
        byName = Collections.unmodifiableMap(map);
    }

    /** {@code openai} and {@code anthropic}. */
    public static Dialects standard(Clock clock) {
        return new Dialects(List.of(new OpenAiDialect(clock), new AnthropicDialect(clock)));
    }

    /** @throws IllegalArgumentException when there is no such dialect: the configuration was not validated */
    public Dialect get(String name) {
        Dialect dialect = byName.get(name);
        if (dialect == null) {
            throw new IllegalArgumentException("there is no dialect " + name + ", only " + byName.keySet());
        }
        return dialect;
    }

    /** Those of the dialects in which the request cannot be said; in the one that it came in it can. */
    public Set<String> mutedFor(ChatRequest request, Set<String> names) {
        Set<String> muted = Set.of();
        for (String name : names) {
            if (!name.equals(request.dialect()) && !get(name).supports(request)) {
                muted = muted.isEmpty() ? new HashSet<>() : muted;
                muted.add(name);
            }
        }
        return muted;
    }
}
