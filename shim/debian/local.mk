# Packages of Debian, in deb/ of the build directory. They are built anew, from what is distributed; see rules for BUILT.
EXTRA_DIST += \
  %D%/changelog \
  %D%/clean \
  %D%/clientid-shim.dirs \
  %D%/clientid-shim.docs \
  %D%/clientid-shim.install \
  %D%/clientid-shim.links \
  %D%/clientid-shim.postinst \
  %D%/clientid-shim.postrm \
  %D%/clientidctl.dirs \
  %D%/clientidctl.install \
  %D%/control \
  %D%/copyright \
  %D%/libsasl2-modules-clientid.install \
  %D%/rules \
  %D%/source/format

# Variables of this make would change how the packages are built.
.PHONY: deb
deb: dist
	rm -rf deb && $(MKDIR_P) deb
	tar -xf $(distdir).tar.xz -C deb
	cp -R deb/$(distdir)/shim/debian deb/$(distdir)/debian
	cd deb/$(distdir) && env -u MAKEFLAGS -u MFLAGS BUILT='$(BUILT)' dpkg-buildpackage -b -us -uc

clean-local:
	rm -rf deb
