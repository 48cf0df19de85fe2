package dev.echelon.route;

import dev.echelon.domain.Cell;
import dev.echelon.domain.CoolDown;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ModelKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The pauses of models, by model, address and credential. Those of configured models are kept for good; those of models
 * that only callers name ({@code allow_direct}) are remembered when they fail, and only the thousand latest asked. Thread-safe.
 */
final class CoolDowns {

    private static final int MAX_STRANGERS = 1_000;

    private final Map<ModelKey, Cell<CoolDown>> declared = new ConcurrentHashMap<>();
    private final Map<ModelKey, Cell<CoolDown>> strangers = Collections.synchronizedMap(new LatestThousand());

    void declare(ModelKey key) {
        declared.computeIfAbsent(key, it -> new Cell<>(CoolDown.NONE));
    }

    CoolDown of(ModelKey key) {
        Cell<CoolDown> cell = find(key);
        return cell == null ? CoolDown.NONE : cell.get();
    }

    void succeeded(ModelKey key) {
        Cell<CoolDown> cell = find(key);
        if (cell != null && cell.get().step() > 0) {
            cell.update(CoolDown::afterSuccess);
        }
    }

    /** Writes a failure down and tells whether it began a quarantine. */
    boolean failed(ModelKey key, ModelFailure failure, long now) {
        CoolDown known = of(key);
        if (known.after(failure.kind(), failure.retryAfter(), now).equals(known)) {
            return false;
        }
        Cell<CoolDown> cell = find(key);
        if (cell == null) {
            cell = strangers.computeIfAbsent(key, it -> new Cell<>(CoolDown.NONE));
        }
        while (true) {
            CoolDown before = cell.get();
            CoolDown after = before.after(failure.kind(), failure.retryAfter(), now);
            if (cell.swap(before, after)) {
                return after.quarantine() && !(before.quarantine() && before.active(now));
            }
        }
    }

    @Nullable
    private Cell<CoolDown> find(ModelKey key) {
        Cell<CoolDown> cell = declared.get(key);
        return cell != null || strangers.isEmpty() ? cell : strangers.get(key);
    }

    private static final class LatestThousand extends LinkedHashMap<ModelKey, Cell<CoolDown>> {

        private static final long serialVersionUID = 1L;

        LatestThousand() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<ModelKey, Cell<CoolDown>> eldest) {
            return size() > MAX_STRANGERS;
        }
    }
}
