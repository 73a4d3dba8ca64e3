dist_man_MANS += \
  %D%/clientid-migration.7 \
  %D%/clientid-plugin.7 \
  %D%/clientid-policy.7 \
  %D%/clientid-privacy.7 \
  %D%/clientid-scaling.7 \
  %D%/clientid-shim.8 \
  %D%/clientid.conf.5 \
  %D%/clientidctl.1 \
  %D%/shim.conf.5
