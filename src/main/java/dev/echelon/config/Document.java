package dev.echelon.config;

import java.util.List;

/**
 * One file, parsed, with the environment put in.
 *
 * @param key its name in the registry, or what its file name suggests where there is none
 * @param registered where the registry names it, or the file itself
 */
record Document(Kind kind, String key, Place registered, Node.Table root) {

    /** What a file is for: the registry's sections. */
    enum Kind {
        PROVIDER("providers"),
        POOL("pools"),
        TASK_GROUP("task_groups"),
        WRAPPERS("wrappers");

        private final String section;

        Kind(String section) {
            this.section = section;
        }

        /** In the registry. */
        String section() {
            return section;
        }

        /** The top-level tables such a file is made of; any other is a base to inherit from. */
        List<String> tables() {
            return switch (this) {
                case PROVIDER -> List.of("provider");
                case POOL -> List.of("pool");
                case TASK_GROUP -> List.of("task_group");
                case WRAPPERS -> List.of("wrappers", "global");
            };
        }

        /** Where such files lie; both layouts. */
        List<String> folders() {
            return switch (this) {
                case PROVIDER -> List.of("providers", "provider");
                case POOL -> List.of("pools", "polling_pools");
                case TASK_GROUP -> List.of("task-groups", "task_groups", "groups");
                case WRAPPERS -> List.of("wrappers");
            };
        }
    }

    String file() {
        return root.place().file();
    }

    /** The same with another content. */
    Document with(Node.Table content) {
        return new Document(kind, key, registered, content);
    }
}
