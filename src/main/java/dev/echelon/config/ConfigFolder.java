package dev.echelon.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder {@code llms} and, over it, that of a profile. Nothing outside of the two is ever opened: real paths are
 * compared, and taken anew for each load because a mounted folder may be swapped for another.
 */
final class ConfigFolder {

    static final String REGISTRY = "_registry.toml";

    private static final String LLMS = "llms";
    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern RELATIVE = Pattern.compile("[^/\\\\:\\p{Cntrl}]+(/[^/\\\\:\\p{Cntrl}]+)*");
    private static final List<String> HINTS = List.of(REGISTRY, "pools", "polling_pools", "task-groups", "groups");

    /** A folder that may be read, and how its files are called in messages. */
    private record Root(Path real, String shown) {}

    /** One file found: where it is, and how messages call it. */
    record Found(Path path, String shown) {}

    private final List<Root> roots;
    private final Report report;

    private ConfigFolder(List<Root> roots, Report report) {
        this.roots = roots;
        this.report = report;
    }

    /** @param configs the folder that holds {@code llms}, or {@code llms} itself */
    static Optional<ConfigFolder> open(Path configs, @Nullable String profile, Report report) {
        Path llms = configs.resolve(LLMS);
        if (!Files.isDirectory(llms)) {
            if (HINTS.stream().noneMatch(name -> Files.exists(configs.resolve(name)))) {
                report.error(
                        Place.of(Shown.plain(configs.toString())),
                        "holds no folder llms; name the folder that holds llms/_registry.toml");
                return Optional.empty();
            }
            llms = configs;
        }
        List<Root> roots = new ArrayList<>();
        try {
            Path base = llms.toRealPath();
            if (profile != null) {
                Path parent = llms.toAbsolutePath().normalize().getParent();
                Path over = PROFILE.matcher(profile).matches() && !profile.equals(LLMS) && parent != null
                        ? parent.resolve(profile).resolve(LLMS)
                        : null;
                if (over == null || !Files.isDirectory(over)) {
                    report.error(
                            Place.of(Shown.plain(profile)),
                            "is no profile: a profile is a folder beside llms that holds a folder llms of its own");
                    return Optional.empty();
                }
                roots.add(new Root(over.toRealPath(), profile + "/" + LLMS));
            }
            roots.add(new Root(base, LLMS));
            return Optional.of(new ConfigFolder(roots, report));
        } catch (IOException e) {
            report.error(Place.of(Shown.plain(configs.toString())), "cannot be read: " + reason(e));
            return Optional.empty();
        }
    }

    /** The name of a file in messages, wherever it may be. */
    static String shown(String relative) {
        return LLMS + "/" + Shown.plain(relative);
    }

    boolean hasRegistry() {
        return roots.stream().anyMatch(root -> Files.exists(root.real().resolve(REGISTRY), LinkOption.NOFOLLOW_LINKS));
    }

    Optional<Found> registry() {
        return roots.stream()
                .filter(root -> Files.exists(root.real().resolve(REGISTRY), LinkOption.NOFOLLOW_LINKS))
                .findFirst()
                .flatMap(root -> inside(root, REGISTRY, Place.of(root.shown() + "/" + REGISTRY)));
    }

    /** @param place where the path was written, for problems */
    Optional<Found> find(String relative, Place place) {
        if (!allowed(relative)) {
            report.error(
                    place,
                    "file = " + Shown.text(relative)
                            + " is no path below llms; write one like \"pools/fast-pool.toml\"");
            return Optional.empty();
        }
        try {
            for (Root root : roots) {
                if (Files.exists(root.real().resolve(relative), LinkOption.NOFOLLOW_LINKS)) {
                    return inside(root, relative, place);
                }
            }
        } catch (InvalidPathException e) {
            report.error(place, "file = " + Shown.text(relative) + " is no path on this machine");
            return Optional.empty();
        }
        report.error(
                place,
                "file = " + Shown.text(relative) + " does not exist below llms; create it, or write enabled = false");
        return Optional.empty();
    }

    /** The TOML files right in a folder, over all roots, sorted by name; hidden ones and {@code _*} left out. */
    List<String> scan(String folder) {
        TreeSet<String> names = new TreeSet<>();
        for (Root root : roots) {
            Path path = root.real().resolve(folder);
            if (!Files.isDirectory(path)) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "[!._]*.toml")) {
                files.forEach(file -> names.add(folder + "/" + file.getFileName()));
            } catch (IOException e) {
                report.error(Place.of(root.shown() + "/" + folder), "cannot be read: " + reason(e));
            }
        }
        return List.copyOf(names);
    }

    Optional<byte[]> read(Found file) {
        try (InputStream in = Files.newInputStream(file.path())) {
            return Optional.of(in.readNBytes(TomlText.LARGEST + 1));
        } catch (IOException e) {
            report.error(Place.of(file.shown()), "cannot be read: " + reason(e));
            return Optional.empty();
        }
    }

    private static boolean allowed(String relative) {
        if (!relative.endsWith(".toml") || !RELATIVE.matcher(relative).matches()) {
            return false;
        }
        for (String part : relative.split("/", -1)) {
            if (part.equals("..") || part.equals(".") || part.startsWith("~")) {
                return false;
            }
        }
        return true;
    }

    private Optional<Found> inside(Root root, String relative, Place place) {
        try {
            Path real = root.real().resolve(relative).toRealPath();
            if (!real.startsWith(root.real())) {
                report.error(place, "file = " + Shown.text(relative) + " leads out of llms; move it there");
                return Optional.empty();
            }
            if (!Files.isRegularFile(real)) {
                report.error(place, "file = " + Shown.text(relative) + " is no file");
                return Optional.empty();
            }
            return Optional.of(new Found(real, root.shown() + "/" + Shown.plain(relative)));
        } catch (IOException e) {
            report.error(place, "file = " + Shown.text(relative) + " cannot be read: " + reason(e));
            return Optional.empty();
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName();
    }
}
