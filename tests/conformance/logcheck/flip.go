package main

import (
	"fmt"
	"math/rand"
	"sort"
	"strings"
)

// What a file of an export is, for the figures.
func kindOf(path string) string {
	kind := "tile of level " + strings.SplitN(strings.TrimPrefix(path, "tile/"), "/", 2)[0]
	if path == "checkpoint" {
		return path
	} else if strings.HasPrefix(path, "tile/entries/") {
		kind = "entry bundle"
	}
	if strings.Contains(path, ".p/") {
		return kind + ", partial"
	}
	return kind
}

// One bit of one byte at a time: the whole check must fail. An error when any byte passes.
func flipBytes(k *keys, files folder, cosigned, count int, seed int64) error {
	random := rand.New(rand.NewSource(seed))
	flipped, found := map[string]int{}, map[string]int{}
	var passed []string
	for _, path := range files.paths() {
		whole := files[path]
		places := random.Perm(len(whole))
		if count > 0 && len(places) > count {
			places = places[:count]
		}
		for _, at := range places {
			damaged := append([]byte(nil), whole...)
			damaged[at] ^= 1 << uint(random.Intn(8))
			files[path] = damaged
			flipped[kindOf(path)]++
			if _, _, err := check(k, files, cosigned); err != nil {
				found[kindOf(path)]++
			} else {
				passed = append(passed, fmt.Sprintf("%s byte %d", path, at))
			}
		}
		files[path] = whole
	}
	var kinds []string
	for kind := range flipped {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		fmt.Printf("%-28s %8d bytes flipped, %8d found\n", kind, flipped[kind], found[kind])
	}
	if len(passed) != 0 {
		return fmt.Errorf("not found: %s", strings.Join(passed, ", "))
	}
	return nil
}
