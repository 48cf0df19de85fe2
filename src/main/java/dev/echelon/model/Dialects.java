package dev.echelon.model;

import java.time.Clock;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

    /** The dialect, {@code null} when there is none of that name. */
    @Nullable
    public Dialect find(String name) {
        return byName.get(name);
    }

    /** In alphabetical order, for messages. */
    public Set<String> names() {
        return byName.keySet();
    }
}
