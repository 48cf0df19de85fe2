package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ModelFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pool or group that {@code metadata} asks for. Providers must not see these keys, so they are taken out. */
final class MetadataTarget {

    private static final String METADATA = "metadata";
    private static final Path AT = Path.ROOT.field(METADATA);
    private static final List<Key> KEYS = List.of(
            new Key("poolName", "pool:"),
            new Key("pool_name", "pool:"),
            new Key("groupName", "group:"),
            new Key("group_name", "group:"));

    private record Key(String name, String prefix) {}

    private MetadataTarget() {}

    /** Takes the target out of {@code root}; metadata that held nothing else goes with it. */
    @Nullable
    static String take(ObjectNode root) throws ModelFailure {
        JsonNode value = Fields.get(root, METADATA);
        if (value == null) {
            return null;
        }
        ObjectNode metadata = Fields.object(value, AT);
        String target = null;
        for (Key key : KEYS) {
            String named = target(metadata, key);
            if (named != null && target != null && !named.equals(target)) {
                throw Fields.invalid(AT, "names two targets: give one pool or one group");
            }
            target = named == null ? target : named;
            metadata.remove(key.name());
        }
        if (metadata.isEmpty()) {
            root.remove(METADATA);
        }
        return target;
    }

    @Nullable
    private static String target(ObjectNode metadata, Key key) throws ModelFailure {
        if (Fields.get(metadata, key.name()) == null) {
            return null;
        }
        String name = Fields.requiredName(metadata, key.name(), AT);
        return name.startsWith(key.prefix()) ? name : key.prefix() + name;
    }
}
