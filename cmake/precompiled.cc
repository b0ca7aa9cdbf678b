// Nothing but the precompiled header: see MurderTargets.cmake.
